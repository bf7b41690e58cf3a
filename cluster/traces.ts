/** Files that the kubelet and the network plugins write to fixed paths outside the cluster's folders. */
import { existsSync, readdirSync, readlinkSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";

const podLogLinks = "/var/log/containers";
const networkResults = "/var/lib/cni/results";
const devicePlugins = "/var/lib/kubelet/device-plugins";

/** Removed only when empty: another Kubernetes on this machine may use them. */
const sharedFolders = [
  devicePlugins,
  "/var/lib/kubelet",
  podLogLinks,
  networkResults,
  "/var/lib/cni",
  "/run/containerd/s",
];

/** Removes what belongs to the cluster with this data folder and this network name. */
export function removeTraces(dataFolder: string, networkName: string): void {
  for (const link of list(podLogLinks)) {
    const path = join(podLogLinks, link);
    if (target(path)?.startsWith(`${dataFolder}/`)) rmSync(path, { force: true });
  }
  const results = list(networkResults);
  const ours = results.filter((file) => file.startsWith(`${networkName}-`));
  for (const result of ours) {
    const container = result.slice(networkName.length + 1).split("-")[0] ?? "";
    const loopback = results.filter((file) => file === `cni-loopback-${container}-lo`);
    for (const file of [result, ...loopback]) rmSync(join(networkResults, file), { force: true });
  }
  if (ours.length > 0) rmSync(join(devicePlugins, "kubelet.sock"), { force: true });
  for (const folder of sharedFolders) {
    if (existsSync(folder) && list(folder).length === 0) rmdirSync(folder);
  }
}

function list(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function target(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}
