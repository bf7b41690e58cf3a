/** `npm run render -- <stack> <folder>`: every Kubernetes object of a stack as a YAML file, with secrets masked. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderStack } from "./stack.ts";

const [stack, folder] = process.argv.slice(2);
if (stack === undefined || folder === undefined) {
  console.error("usage: npm run render -- <stack> <folder>\n  such as: npm run render -- prod rendered/prod");
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
const files = await renderStack(stack);
for (const [name, text] of files) writeFileSync(join(folder, name), text);
console.log(`${files.size} objects of ${stack} written to ${folder}`);
