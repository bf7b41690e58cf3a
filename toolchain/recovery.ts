/**
 * After a killed `pulumi up`: Pulumi's lock of a process that is gone, and operations whose end nobody saw. Objects that were being
 * created may exist under names that only the interrupted run knew: they are taken into the state, so that nothing is
 * created twice and nothing is lost.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { devStack, localKubeconfig, localStateFolder, projectName, pulumiEnvironment } from "./backend.ts";
import { ensureKubernetes } from "./cluster/binaries.ts";
import { projectRoot } from "./paths.ts";
import { run, tryRun } from "./process.ts";
import type { PulumiTools } from "./pulumi-cli.ts";
import { print, step, ToolchainError } from "./steps.ts";

interface Resource {
  readonly urn: string;
  readonly type: string;
  readonly inputs?: { readonly apiVersion?: string; readonly kind?: string; readonly metadata?: Metadata };
}

interface Metadata {
  readonly name?: string;
  readonly namespace?: string;
  readonly managedFields?: readonly { readonly manager?: string }[];
}

interface Deployment {
  resources?: object[];
  pending_operations?: { readonly resource: Resource; readonly type: string }[];
}

/** Removes the lock of a Pulumi process that no longer runs on this machine; one that runs is an error. */
export async function releaseStaleLock(tools: PulumiTools): Promise<void> {
  const holders = lockHolders();
  if (holders.length === 0) return;
  const alive = holders.find(({ pid, hostname: host }) => host !== hostname() || isPulumi(pid));
  if (alive) {
    throw new ToolchainError(
      `another pulumi works on the stack ${devStack} (process ${alive.pid} on ${alive.hostname})`,
      "wait for its end; if there is none, run `npm run pulumi -- cancel -s dev` and then `npm start` again",
    );
  }
  print("An earlier pulumi was killed and left its lock: removing it");
  const args = ["cancel", "--yes", "--non-interactive", "--stack", devStack];
  await run(join(tools.bin, "pulumi"), args, { cwd: projectRoot, env: pulumiEnvironment(tools) });
}

/** Ends pending operations: what exists is taken into the state and read back, the rest is forgotten and done again. */
export async function settleInterruptedOperations(tools: PulumiTools): Promise<void> {
  const options = { cwd: projectRoot, env: pulumiEnvironment(tools) };
  const pulumi = join(tools.bin, "pulumi");
  const exported = await run(pulumi, ["stack", "export", "--stack", devStack], options);
  const state = JSON.parse(exported) as { deployment: Deployment };
  const pending = state.deployment.pending_operations ?? [];
  if (pending.length === 0) return;
  await step(`Settling ${pending.length} operation(s) that an earlier run was killed in`, async () => {
    const adopted: string[] = [];
    for (const { resource, type } of pending) {
      // Updates and deletions are in the state with what was there before: the coming `up` does them again.
      const found = type === "creating" ? await findCreated(resource) : undefined;
      print(
        `  ${type} ${resource.urn.split("::").at(-1)}: ${found ? "exists, taken into the state" : "to be done again"}`,
      );
      if (found === undefined) continue;
      state.deployment.resources = [...(state.deployment.resources ?? []), found];
      adopted.push(resource.urn);
    }
    state.deployment.pending_operations = [];
    await run(pulumi, ["stack", "import", "--stack", devStack], { ...options, input: JSON.stringify(state) });
    if (adopted.length === 0) return;
    const targets = adopted.flatMap((urn) => ["--target", urn]);
    await run(
      pulumi,
      ["refresh", "--stack", devStack, "--yes", "--skip-preview", "--non-interactive", ...targets],
      options,
    );
  });
}

/** The state entry of an object that the interrupted run created, or undefined when the cluster has none. */
async function findCreated(resource: Resource): Promise<object | undefined> {
  const { apiVersion, kind, metadata } = resource.inputs ?? {};
  if (!resource.type.startsWith("kubernetes:") || !apiVersion || !kind || !metadata?.name) return undefined;
  const [version, group] = apiVersion.split("/").reverse();
  const type = group === undefined ? kind : `${kind}.${version}.${group}`;
  const namespace = metadata.namespace === undefined ? [] : ["--namespace", metadata.namespace];
  const get = ["get", type, metadata.name, ...namespace, "--output=json", "--show-managed-fields"];
  const kubernetes = await ensureKubernetes();
  const { code, stdout } = await tryRun(kubernetes, ["kubectl", "--kubeconfig", localKubeconfig, ...get]);
  if (code !== 0) return undefined;
  const live = JSON.parse(stdout) as { metadata: Metadata };
  const managers = live.metadata.managedFields?.map(({ manager }) => manager) ?? [];
  const fieldManager = managers.find((manager) => manager?.startsWith("pulumi-kubernetes-"));
  // Someone else's object of the same name is none of ours: Pulumi itself then reports the conflict.
  if (fieldManager === undefined) return undefined;
  return {
    ...resource,
    id: metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`,
    // The provider goes on as the same field manager; the refresh fills in what the cluster says.
    outputs: { ...resource.inputs, __fieldManager: fieldManager, __initialApiVersion: apiVersion },
  };
}

function lockHolders(): readonly { pid: number; hostname: string }[] {
  const folder = join(localStateFolder, ".pulumi", "locks", "organization", projectName, devStack);
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
  return files.map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")));
}

/** The number alone proves nothing: it may belong to another program by now. */
function isPulumi(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("pulumi");
  } catch {
    return false;
  }
}
