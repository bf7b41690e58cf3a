/**
 * A single-node Kubernetes on this machine, for root on Linux without a container engine: real etcd, control plane and kubelet, built
 * from Go modules, with Debian's containerd.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { localKubeconfig } from "../toolchain/backend.ts";
import { ensurePrograms } from "../toolchain/packages.ts";
import { cacheRoot } from "../toolchain/paths.ts";
import { run, tryRun } from "../toolchain/process.ts";
import { print, step, ToolchainError } from "../toolchain/steps.ts";
import { ensureAddons, ensureKubernetes } from "./binaries.ts";
import { createCgroups } from "./cgroups.ts";
import { ensureProgramImage } from "./image-archive.ts";
import { type ImageArchive, importArchives } from "./import.ts";
import { clusterManifests } from "./manifests.ts";
import { bringUpNetwork } from "./network.ts";
import { writeConfiguration } from "./node-configuration.ts";
import { nodePrograms } from "./node-programs.ts";
import { ensurePki, kubeconfigPath } from "./pki.ts";
import { type Program, recorded, runningPid, start } from "./processes.ts";
import { clusterRoot, containerdSocket, corednsImage, folders, node, ownerFile, pauseImage } from "./settings.ts";
import { owner, sweep } from "./sweep.ts";
import { waitFor } from "./wait.ts";

const debianPackages = {
  containerd: "containerd",
  runc: "runc",
  "/usr/lib/cni/bridge": "containernetworking-plugins",
  nft: "nftables",
  ip: "iproute2",
  mount: "mount",
};

/** Command lines of the running programs. A start with other settings or versions replaces them. */
const recipeFile = join(folders.run, "recipe.json");

/** Starts the node, or leaves it alone when it already runs with this recipe. */
export async function ensureEmbedded(): Promise<void> {
  const [kubernetes, addons] = [await ensureKubernetes(), await ensureAddons()];
  const programs = nodePrograms(kubernetes, addons);
  // Another clone's Node.js works as well: its path must not restart the cluster.
  const recipe = JSON.stringify(programs).replaceAll(JSON.stringify(process.execPath), '"node"');
  if (await isHealthy(kubernetes, programs, recipe)) return;
  if (isRunning() && owner() !== clusterRoot) {
    throw new ToolchainError(
      `a local cluster with other data runs on this machine: ${owner()}`,
      "stop it (`npm stop` with the XDG_STATE_HOME that started it); one machine has one",
    );
  }
  await step("Local cluster (single node on this machine)", async (note) => {
    const installed = await ensurePrograms(debianPackages);
    if (installed.length > 0) note(`installed ${installed.join(" ")}`);
    const images = await ensureClusterImages(addons);
    await sweep();
    writeFolders(recipe);
    await Promise.all([bringUpNetwork(), ensurePki(kubernetes, folders.pki, `${node.address}:6443`)]);
    createCgroups();
    await startPrograms(kubernetes, programs, images);
  });
}

/** True while any of its programs runs. */
export function isRunning(): boolean {
  return recorded(folders.run).some((name) => runningPid(folders.run, name) !== undefined);
}

/** True when there is something to stop or, with `wipe`, to delete. */
export function hasRemains(wipe: boolean): boolean {
  return existsSync(folders.run) || (wipe && existsSync(clusterRoot));
}

/** Removes what the node wrote outside the state folder and, with `wipe`, its data. */
export async function stopEmbedded(wipe: boolean): Promise<void> {
  await sweep();
  rmSync(folders.run, { recursive: true, force: true });
  if (wipe) rmSync(clusterRoot, { recursive: true, force: true });
}

async function ensureClusterImages(addons: string): Promise<readonly ImageArchive[]> {
  const images = { pause: pauseImage, coredns: corednsImage };
  return await Promise.all(
    Object.entries(images).map(async ([program, reference]) => {
      const archive = join(cacheRoot, "images", `${program}-${addons.slice(-12)}.tar`);
      await ensureProgramImage(reference, join(addons, program), archive);
      return { reference, archive };
    }),
  );
}

function writeFolders(recipe: string): void {
  // etcd holds passwords and the volumes hold site data: readable by root only.
  mkdirSync(clusterRoot, { recursive: true, mode: 0o700 });
  for (const folder of [folders.run, folders.log, folders.volumes, folders.kubelet])
    mkdirSync(folder, { recursive: true });
  writeConfiguration();
  writeFileSync(ownerFile, clusterRoot);
  writeFileSync(recipeFile, recipe);
}

async function startPrograms(
  kubernetes: string,
  programs: readonly Program[],
  images: readonly ImageArchive[],
): Promise<void> {
  const base = programs.filter(({ name }) => ["containerd", "etcd", "kube-apiserver"].includes(name));
  for (const program of base) start(program, folders.run, folders.log);
  await waitFor("the container runtime answers", 60, folders.log, async () => {
    requireRunning(base);
    return (await tryRun("ctr", ["--address", containerdSocket, "version"])).code === 0;
  });
  await importArchives(images);
  await waitFor("the API server is ready", 120, folders.log, () => {
    requireRunning(base);
    return isReady(kubernetes);
  });
  // Before the kubelet starts: it caches for half a minute that the API server may not read its logs.
  await kubectl(
    kubernetes,
    ["apply", "--server-side", "--force-conflicts", "-f", "-"],
    JSON.stringify(clusterManifests()),
  );
  const launched = Date.now();
  for (const program of programs.filter((each) => !base.includes(each))) start(program, folders.run, folders.log);
  await waitFor("the node is ready", 120, folders.log, () => {
    requireRunning(programs);
    return nodeIsReady(kubernetes, launched);
  });
  await kubectl(kubernetes, ["-n", "kube-system", "rollout", "status", "deployment/coredns", "--timeout=120s"]);
  copyFileSync(kubeconfigPath(folders.pki, "admin"), localKubeconfig);
}

async function isHealthy(kubernetes: string, programs: readonly Program[], recipe: string): Promise<boolean> {
  const same = existsSync(recipeFile) && readFileSync(recipeFile, "utf8") === recipe && owner() === clusterRoot;
  if (!same || !existsSync(localKubeconfig)) return false;
  const ended = stopped(programs);
  if (ended.length > 0 && isRunning())
    print(`The local cluster is incomplete (${ended.join(", ")} ended): starting it anew`);
  return ended.length === 0 && (await isReady(kubernetes));
}

function stopped(programs: readonly Program[]): readonly string[] {
  return programs.map(({ name }) => name).filter((name) => runningPid(folders.run, name) === undefined);
}

function requireRunning(programs: readonly Program[]): void {
  const [ended] = stopped(programs);
  if (ended === undefined) return;
  const log = join(folders.log, `${ended}.log`);
  const tail = readFileSync(log, "utf8").trimEnd().split("\n").slice(-5).join("\n    ");
  throw new ToolchainError(
    `${ended} ended at once:\n    ${tail}`,
    `read ${log}, mend the cause and run the same command again`,
  );
}

async function isReady(kubernetes: string): Promise<boolean> {
  const admin = kubeconfigPath(folders.pki, "admin");
  const args = ["kubectl", "--kubeconfig", admin, "--request-timeout=2s", "get", "--raw", "/readyz"];
  return (await tryRun(kubernetes, args)).code === 0;
}

/** Heartbeats before `since` do not count: etcd still holds those of the last run. */
async function nodeIsReady(kubernetes: string, since: number): Promise<boolean> {
  const admin = kubeconfigPath(folders.pki, "admin");
  const { stdout } = await tryRun(kubernetes, [
    "kubectl",
    "--kubeconfig",
    admin,
    "get",
    "node",
    node.name,
    "-o",
    "json",
  ]);
  if (stdout === "") return false;
  const { status } = JSON.parse(stdout) as {
    status: { conditions?: { type: string; status: string; lastHeartbeatTime: string }[] };
  };
  const ready = status.conditions?.find(({ type }) => type === "Ready");
  return ready?.status === "True" && Date.parse(ready.lastHeartbeatTime) >= since - 1000;
}

function kubectl(kubernetes: string, args: readonly string[], input?: string): Promise<string> {
  const all = ["kubectl", "--kubeconfig", kubeconfigPath(folders.pki, "admin"), ...args];
  return run(kubernetes, all, input === undefined ? {} : { input });
}
