/**
 * Brings the machine into the state after a reboot: nothing of the cluster runs, is mounted or configured, and its data remain. Used by a
 * stop, after a killed run, and before a start with changed settings.
 */
import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { unmountBelow } from "../toolchain/mounts.ts";
import { cgroupFolders } from "./cgroups.ts";
import { takeDownNetwork } from "./network.ts";
import { recorded, stop } from "./processes.ts";
import { clusterRoot, containerdSocket, folders, node, ownerFile } from "./settings.ts";
import { removeTraces } from "./traces.ts";
import { sleep } from "./wait.ts";

const podGraceSeconds = 8;

/** Stops and removes everything except the data. */
export async function sweep(): Promise<void> {
  const names = recorded(folders.run);
  const isNot = (...excluded: string[]) => names.filter((name) => !excluded.includes(name));
  // First the programs that would restart pods; the container runtime and etcd last.
  await stop(folders.run, isNot("containerd", "etcd", "kube-apiserver"), 3);
  await endPods();
  await stop(folders.run, ["kube-apiserver"], 0.5); // it would wait a minute for its clients
  await stop(folders.run, ["etcd", "containerd"], 5);
  await killShims();
  removeShimSockets();
  for (const folder of [clusterRoot, owner(), folders.run]) await unmountBelow(folder);
  removeCgroups();
  await takeDownNetwork();
  removeTraces(owner(), node.network);
  for (const name of ["containerd", "cni"]) rmSync(join(folders.run, name), { recursive: true, force: true });
  rmSync(containerdSocket, { force: true });
  rmSync(`${containerdSocket}.ttrpc`, { force: true });
}

/** Sends SIGTERM to every process in the cluster's cgroups, so that databases close their files, then kills the rest. */
async function endPods(): Promise<void> {
  const deadline = performance.now() + podGraceSeconds * 1000;
  const asked = new Set<number>();
  for (let pids = podProcesses(); pids.length > 0; pids = podProcesses()) {
    const late = performance.now() > deadline;
    for (const pid of pids) {
      if (late) kill(pid, "SIGKILL");
      else if (!asked.has(pid)) kill(pid, "SIGTERM");
      asked.add(pid);
    }
    if (performance.now() > deadline + 10_000) return;
    await sleep(100);
  }
}

function podProcesses(): readonly number[] {
  const groups = cgroupFolders().flatMap((folder) => [folder, ...subfolders(folder)]);
  const pids = groups.flatMap((group) => readText(join(group, "cgroup.procs")).split("\n"));
  return [...new Set(pids.filter(Boolean).map(Number))];
}

/** All subfolders, deepest first. */
function subfolders(folder: string): readonly string[] {
  try {
    const children = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return children.map((entry) => join(folder, entry.name)).flatMap((child) => [...subfolders(child), child]);
  } catch {
    return []; // it vanished during the read
  }
}

function removeCgroups(): void {
  for (const folder of cgroupFolders()) {
    for (const path of [...subfolders(folder), folder]) {
      try {
        rmdirSync(path);
      } catch {
        // Still busy. An empty cgroup does no harm, and the next sweep removes it.
      }
    }
  }
}

/** Shims deliberately outlive containerd; ours are recognised by the socket path on their command line. */
async function killShims(): Promise<void> {
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const args = readText(join("/proc", entry, "cmdline")).split("\0");
    if (args[0]?.includes("containerd-shim") && args.includes(containerdSocket)) kill(Number(entry), "SIGKILL");
  }
  await sleep(50);
}

/** Shims listen outside the state folder; each one records its socket's path. */
function removeShimSockets(): void {
  const tasks = join(folders.run, "containerd", "io.containerd.runtime.v2.task", "k8s.io");
  if (!existsSync(tasks)) return;
  for (const task of readdirSync(tasks)) {
    const address = readText(join(tasks, task, "address")).trim();
    if (address.startsWith("unix:///run/containerd/s/")) rmSync(address.slice("unix://".length), { force: true });
  }
}

/** The data folder of the cluster that ran last. It differs when the state folder setting has changed. */
export function owner(): string {
  return readText(ownerFile) || clusterRoot;
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has already exited.
  }
}

/** Empty when the file is gone: processes and cgroups may end during the read. */
function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
