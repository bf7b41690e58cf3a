/** `npm run render -- <stack> <folder>`: every Kubernetes object of a stack as a YAML file, with secrets masked. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RunError } from "@pulumi/pulumi";
import { renderStack } from "./stack.ts";

const [stack, folder] = process.argv.slice(2);
if (stack === undefined || folder === undefined) {
  console.error("usage: npm run render -- <stack> <folder>\n  such as: npm run render -- prod rendered/prod");
  process.exit(2);
}
try {
  const files = await renderStack(stack);
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of files) writeFileSync(join(folder, name), text);
  console.log(`${files.size} objects of ${stack} written to ${folder}`);
} catch (error) {
  // What a person has to mend, as Pulumi prints it: the message alone. Anything else is a fault of ours, with its trace.
  if (!RunError.isInstance(error)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
