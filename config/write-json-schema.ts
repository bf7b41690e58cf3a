/** `npm run schema`: writes config/stack.schema.json, by which editors complete and check stack files. */
import { writeFileSync } from "node:fs";
import { stackJsonSchema } from "./json-schema.ts";

const file = new URL("./stack.schema.json", import.meta.url);
writeFileSync(file, `${JSON.stringify(stackJsonSchema(), null, 2)}\n`);
console.log(`written: ${file.pathname}`);
