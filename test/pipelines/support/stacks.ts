/** The committed stacks that are not on each developer's own machine. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./scripts.ts";

export function readStacks(): readonly string[] {
  return readdirSync(root).flatMap((file) => {
    const stack = /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1];
    return stack === undefined || readFileSync(join(root, file), "utf8").includes("platform: local") ? [] : [stack];
  });
}
