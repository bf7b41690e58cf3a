/** The second half of `npm run schema`: writes the generated files, unless the change would break other teams. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { breakingChanges } from "./compatibility.ts";
import { contractSchema } from "./json-schema.ts";
import { withFieldTable } from "./reference.ts";
import { contractTypes } from "./typescript.ts";
import { contractVersion } from "./version.ts";

const at = (path: string) => new URL(`../${path}`, import.meta.url);
const schema = contractSchema();
const schemaFile = `outputs/contract.v${contractVersion}.schema.json`;

const broken = existsSync(at(schemaFile))
  ? breakingChanges(JSON.parse(readFileSync(at(schemaFile), "utf8")), schema)
  : [];
if (broken.length > 0) {
  console.error(
    `Not written: this breaks programs that read version ${contractVersion} of the contract:\n  ${broken.join("\n  ")}\n` +
      "Keep the field, or raise contractVersion in outputs/version.ts and the major version in consumer/package.json.",
  );
  process.exit(1);
}
const files = {
  [schemaFile]: `${JSON.stringify(schema, null, 2)}\n`,
  "consumer/src/contract.ts": contractTypes(schema),
  "docs/outputs.md": withFieldTable(readFileSync(at("docs/outputs.md"), "utf8"), schema),
};
for (const [name, text] of Object.entries(files)) {
  writeFileSync(at(name), text);
  console.log(`written: ${name}`);
}
