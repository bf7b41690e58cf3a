/** `npm run pulumi -- <anything>`: the pinned Pulumi CLI in this project, with everything it needs. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { pulumiEnvironment } from "./backend.ts";
import { projectRoot } from "./paths.ts";
import { ensurePulumi } from "./pulumi-cli.ts";
import { main } from "./steps.ts";

await main(async () => {
  const tools = await ensurePulumi();
  const args = process.argv.slice(2);
  const child = spawn(join(tools.bin, "pulumi"), args, {
    cwd: projectRoot,
    env: pulumiEnvironment(tools, namedStack(args)),
    stdio: "inherit",
  });
  // Ctrl-C reaches the CLI through the terminal: it must get the time to finish its running step.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => resolve(code ?? 1));
  });
});

/** The stack that `-s dev`, `--stack dev` or `--stack=dev` names. */
function namedStack(args: readonly string[]): string | undefined {
  const joined = args.find((argument) => argument.startsWith("--stack="));
  if (joined !== undefined) return joined.slice("--stack=".length);
  const flag = args.findIndex((argument) => argument === "-s" || argument === "--stack");
  return flag === -1 ? undefined : args[flag + 1];
}
