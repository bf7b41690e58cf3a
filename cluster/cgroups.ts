/** The cluster's own cgroup in every hierarchy: every process in it belongs to the cluster and may be killed. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { node } from "./settings.ts";

/** Creates the cgroups; the kubelet expects them to exist. */
export function createCgroups(): void {
  for (const folder of cgroupFolders()) {
    mkdirSync(folder, { recursive: true });
    // With cgroup v1 a new cpuset is empty, and no process could join it.
    for (const name of ["cpuset.cpus", "cpuset.mems"]) inherit(join(folder, name), join(folder, "..", name));
  }
}

/** The cgroup's folder in every hierarchy, whether it exists or not: one with cgroup v2, a dozen with v1. */
export function cgroupFolders(): readonly string[] {
  const mounts = readFileSync("/proc/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" "));
  const roots = mounts.filter(([, , type]) => type === "cgroup" || type === "cgroup2").map(([, path]) => path ?? "");
  return [...new Set(roots)].map((root) => join(root, node.cgroup));
}

function inherit(file: string, parent: string): void {
  if (!existsSync(file) || !existsSync(parent)) return;
  const isVersion1 = !existsSync(join(file, "..", "cgroup.controllers"));
  if (isVersion1 && readFileSync(file, "utf8").trim() === "") writeFileSync(file, readFileSync(parent, "utf8").trim());
}
