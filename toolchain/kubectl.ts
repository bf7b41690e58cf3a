/** `npm run kubectl -- <anything>`: runs kubectl on the local cluster, even if this machine has none installed. */
import { spawn } from "node:child_process";
import { kubectlCommand } from "../cluster/binaries.ts";
import { localKubeconfig } from "./backend.ts";
import { main } from "./steps.ts";

await main(async () => {
  const [program = "", ...first] = await kubectlCommand();
  const args = [...first, "--kubeconfig", localKubeconfig, ...process.argv.slice(2)];
  const child = spawn(program, args, { stdio: "inherit" });
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => resolve(code ?? 1));
  });
});
