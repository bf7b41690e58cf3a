/** `npm run pulumi -- <anything>`: runs the pinned Pulumi CLI in this project, with everything it needs. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { namedStack, pulumiEnvironment } from "./backend.ts";
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
  // Ctrl-C reaches the CLI through the terminal: this process must wait until the CLI has finished its current step.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => resolve(code ?? 1));
  });
});
