/**
 * `npm run pipeline:affected -- [--base <commit>] [--head <commit>] [--format text|json|names|github]`: prints which stacks a change
 * affects, and why the others are skipped. Without --base: all stacks that a pipeline reaches. Stack files are read from the working
 * tree.
 */
import { readdirSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { parse } from "yaml";
import { type Affected, affected, affectedLines, githubOutputs, type Stack, stackOf } from "./lib/changes.ts";
import { main, PipelineError } from "./lib/error.ts";
import { changedPaths } from "./lib/git.ts";

await main(() => {
  const { values } = parseArgs({
    options: {
      base: { type: "string", default: "" },
      head: { type: "string", default: "" },
      format: { type: "string", default: "text" },
    },
  });
  const { base, head, format } = values;
  const changed = base === "" ? undefined : changedPaths(base, head);
  console.log(print(affected(changed, stacks()), format));
  return 0;
});

function stacks(): readonly Stack[] {
  return readdirSync(".")
    .toSorted()
    .flatMap((file) => {
      const name = stackOf(file);
      return name === undefined ? [] : [{ name, local: isLocal(readFileSync(file, "utf8")) }];
    });
}

function isLocal(text: string): boolean {
  const file = parse(text) as {
    readonly config?: Readonly<Record<string, { readonly platform?: string } | undefined>>;
  };
  return file.config?.["ckan:cluster"]?.platform === "local";
}

function print(found: Affected, format: string): string {
  switch (format) {
    case "text":
      return affectedLines(found).join("\n");
    case "json":
      return JSON.stringify(found, null, 2);
    case "names":
      return Object.keys(found.touched).join("\n");
    case "github":
      return githubOutputs(found).join("\n");
    default:
      throw new PipelineError(`there is no format ${format}`, "write --format text, json, names or github");
  }
}
