/** Where and of what a figure was measured. */
import { cpus, loadavg, release, totalmem } from "node:os";
import { projectRoot } from "../../toolchain/paths.ts";
import { run } from "../../toolchain/process.ts";
import { kubernetesProviderVersion, kubernetesVersion, pulumiVersion } from "../../toolchain/versions.ts";

/** One line about the machine and the versions that matter. */
export function describeMachine(): string {
  const processors = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const machine = `${processors.length} processors (${processors[0]?.model.trim()}), ${memory} GiB of memory, Linux ${release()}`;
  return `${machine}; Node.js ${process.version}, Pulumi ${pulumiVersion}, its Kubernetes provider ${kubernetesProviderVersion}, Kubernetes ${kubernetesVersion}`;
}

/** The commit that is measured and its date; what is not committed is said. */
export async function describeCommit(): Promise<string> {
  const git = (...args: readonly string[]) => run("git", args, { cwd: projectRoot });
  const changes = await git("status", "--porcelain", "--", ":!docs/benchmarks.md");
  return `commit ${(await git("log", "-1", "--format=%h of %cs")).trim()}${changes === "" ? "" : ", with changes that are not committed"}`;
}

/** Processes that ran or waited for a processor in the last minute: above the number of processors, times are too long. */
export function load(): number {
  return loadavg()[0] ?? Number.NaN;
}
