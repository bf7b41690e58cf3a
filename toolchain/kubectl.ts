/** `npm run kubectl -- <anything>`: kubectl on the local cluster, whether this machine has one of its own or not. */
import { spawn } from "node:child_process";
import { localKubeconfig } from "./backend.ts";
import { ensureKubernetes } from "./cluster/binaries.ts";
import { which } from "./process.ts";
import { main } from "./steps.ts";

await main(async () => {
  const own = which("kubectl");
  const [program = "", ...first] = own === undefined ? [await ensureKubernetes(), "kubectl"] : [own];
  const args = [...first, "--kubeconfig", localKubeconfig, ...process.argv.slice(2)];
  const child = spawn(program, args, { stdio: "inherit" });
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => resolve(code ?? 1));
  });
});
