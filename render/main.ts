/** `npm run render -- <stack> <folder>`: writes every Kubernetes object of a stack as a YAML file, with secrets masked. */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { RunError } from "@pulumi/pulumi";
import { userError } from "../components/user-error.ts";
import { fromCaller } from "./caller.ts";
import { renderStack } from "./stack.ts";

const usage = `usage: npm run render -- <stack> <folder>
  such as: npm run render -- prod rendered/prod
  The folder is made, or is empty: files of a render before would be taken for the stack's.`;

const options = readOptions();
switch (options.kind) {
  case "help":
    console.log(usage);
    break;
  case "wrong":
    console.error(`${options.why}\n${usage}`);
    process.exitCode = 2;
    break;
  case "render":
    await render(options.stack, fromCaller(options.folder));
}

type Options =
  | { readonly kind: "help" }
  | { readonly kind: "wrong"; readonly why: string }
  | { readonly kind: "render"; readonly stack: string; readonly folder: string };

function readOptions(): Options {
  try {
    const { values, positionals } = parseArgs({ options: { help: { type: "boolean" } }, allowPositionals: true });
    if (values.help) return { kind: "help" };
    const [stack = "", folder = "", ...others] = positionals;
    if (stack === "" || folder === "") return { kind: "wrong", why: "a stack and a folder are needed" };
    return others.length === 0
      ? { kind: "render", stack, folder }
      : { kind: "wrong", why: `one stack and one folder are needed, got ${others.join(", ")} as well` };
  } catch (error) {
    // parseArgs' message about an unknown option.
    return { kind: "wrong", why: (error as Error).message };
  }
}

async function render(stack: string, folder: string): Promise<void> {
  try {
    const files = await renderStack(stack);
    makeFolder(folder);
    for (const [name, text] of files) writeFileSync(join(folder, name), text);
    console.log(`${files.size} objects of ${stack} written to ${folder}`);
  } catch (error) {
    // A user error: print only its message, as Pulumi does. Anything else is a bug, with its stack trace.
    if (!RunError.isInstance(error)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

function makeFolder(folder: string): void {
  let entries: readonly string[];
  try {
    mkdirSync(folder, { recursive: true });
    entries = readdirSync(folder);
  } catch (error) {
    throw userError(`Nothing can be written to ${folder}: ${(error as Error).message}`);
  }
  if (entries.length > 0) {
    throw userError(`${folder} is not empty: name another folder, or empty it; objects that are gone would stay in it`);
  }
}
