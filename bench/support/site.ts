/** The dev site on the local cluster, as `npm start` brings it up. */
import { join } from "node:path";
import { ensureKubernetes } from "../../cluster/binaries.ts";
import { localKubeconfig } from "../../toolchain/backend.ts";
import { projectRoot } from "../../toolchain/paths.ts";
import { run, which } from "../../toolchain/process.ts";

export const namespace = "opendata-dev";
export const siteUrl = "http://localhost:30500";

/** `npm start` without npm: nothing is left to do when the site is up as this clone declares it. */
export async function ensureSite(): Promise<void> {
  await run(process.execPath, [join(projectRoot, "toolchain", "start.ts")], { cwd: projectRoot, show: true });
}

/** Runs kubectl on the local cluster. */
export async function kubectl(args: readonly string[], input?: string): Promise<string> {
  const own = which("kubectl");
  const [program, ...first] = own === undefined ? [await ensureKubernetes(), "kubectl"] : [own];
  const options = input === undefined ? {} : { input };
  return run(program ?? "kubectl", [...first, "--kubeconfig", localKubeconfig, ...args], options);
}

/** Creates or changes objects. */
export async function apply(objects: readonly object[]): Promise<void> {
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
  await kubectl(["apply", "--server-side", "--field-manager=benchmark", "-f", "-"], list);
}
