/** `npm run schema`: generates config/stack.schema.json for editors and docs/configuration.md for people. */
import { writeFileSync } from "node:fs";
import { stackJsonSchema } from "../../config/json-schema.ts";
import { configurationReference } from "../../config/reference.ts";
import { stackFileSettings, structuredKeys } from "./settings.ts";

const files = {
  "config/stack.schema.json": `${JSON.stringify(stackJsonSchema(stackFileSettings, structuredKeys), null, 2)}\n`,
  "docs/configuration.md": configurationReference(stackFileSettings),
};
for (const [name, text] of Object.entries(files)) {
  writeFileSync(new URL(`../../${name}`, import.meta.url), text);
  console.log(`written: ${name}`);
}
