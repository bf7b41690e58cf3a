/** `npm run schema`: writes what is made from the schema: for editors config/stack.schema.json, for people docs/configuration.md. */
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
