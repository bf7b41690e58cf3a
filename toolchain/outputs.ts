/** `npm run outputs -- <stack>`: prints what a stack publishes to other teams, as a table without secrets. */
import { join } from "node:path";
import { contractTable, unreadable } from "../outputs/table.ts";
import { pulumiEnvironment } from "./backend.ts";
import { projectRoot } from "./paths.ts";
import { run } from "./process.ts";
import { ensurePulumi } from "./pulumi-cli.ts";
import { main, ToolchainError } from "./steps.ts";

await main(async () => {
  const [stack] = process.argv.slice(2);
  if (stack === undefined) throw new ToolchainError("which stack?", "npm run outputs -- <stack>, such as dev");
  const tools = await ensurePulumi();
  const args = ["stack", "output", "--json", "--stack", stack, "--non-interactive"];
  const options = { cwd: projectRoot, env: pulumiEnvironment(tools, stack) };
  const outputs: unknown = JSON.parse(await run(join(tools.bin, "pulumi"), args, options));
  const problem = unreadable(outputs, stack);
  if (problem !== undefined) throw new ToolchainError(problem.message, problem.remedy);
  process.stdout.write(contractTable(outputs));
});
