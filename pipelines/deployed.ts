/**
 * `npm run pipeline:deployed -- <stack> [--before <commit>]`: prints the commit that a stack was last deployed from. With --before it
 * fails unless that commit is the given one or an ancestor of it: an old run that is approved late must not undo a newer one.
 */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { main, PipelineError } from "./lib/error.ts";
import { isAncestor } from "./lib/git.ts";
import { type Deployed, deployedCommit } from "./lib/history.ts";

await main(() => {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { before: { type: "string" } } });
  const [stack] = positionals;
  if (stack === undefined) throw new PipelineError("no stack is named", "npm run pipeline:deployed -- prod");
  const args = ["run", "--silent", "pulumi", "--", "stack", "history", "--json", "--page-size", "20", "--stack", stack];
  const { status, error, stdout } = spawnSync("npm", args, {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new PipelineError(`the history of ${stack} cannot be read`, "see above: backend and login");
  const { before } = values;
  const commit = deployedCommit(stdout);
  if (before === undefined) console.log(requireDeployed(commit, stack));
  else requireNewer(commit, before, stack);
  return 0;
});

function requireDeployed(deployed: Deployed, stack: string): string {
  switch (deployed.kind) {
    case "commit":
      return deployed.commit;
    case "never":
      throw new PipelineError(
        `${stack} was never brought up`,
        "bring it up once; then there is something to compare with",
      );
    case "unknown":
      throw new PipelineError(
        `the last \`up\` of ${stack} was not from a commit: its clone had changes, or no git`,
        "bring it up from the pipeline; what it declares is then known",
      );
  }
}

function requireNewer(deployed: Deployed, commit: string, stack: string): void {
  if (deployed.kind === "never") {
    console.log(`${stack} comes up for the first time`);
    return;
  }
  const last = requireDeployed(deployed, stack);
  if (isAncestor(last, commit)) {
    console.log(`${stack} goes from ${last} to ${commit}`);
    return;
  }
  throw new PipelineError(
    `${stack} was last brought up from ${last}, which is not an ancestor of ${commit}`,
    "a newer change is there already; to go back, merge a commit that reverts it",
  );
}
