/** Names, addresses and folders of the local cluster. */
import { join } from "node:path";
import { stateRoot } from "../toolchain/paths.ts";

/** The only context in every kubeconfig that the toolchain writes; Pulumi.dev.yaml names it. */
export const contextName = "ckan-local";

/** Node port of the dev stack's site, on this machine http://localhost:30500. */
export const sitePort = 30500;

export const node = {
  name: "ckan-local",
  /**
   * The cluster's own address, on a bridge without ports. Certificates and etcd's data contain it, so it must not change with the
   * machine's network. Programs listen on this address only, so they never clash with another etcd or Kubernetes on this machine.
   */
  address: "10.250.0.1",
  bridge: "ckan-node",
  podBridge: "ckan-pods",
  network: "ckan-local",
  podSubnet: "10.244.0.0/24",
  serviceSubnet: "10.96.0.0/16",
  dnsService: "10.96.0.10",
  /** Name of the cgroup in each hierarchy: every process in it belongs to this cluster. */
  cgroup: "ckan-environments",
} as const;

/** Data that survives a stop. */
export const clusterRoot = join(stateRoot, "cluster");

export const folders = {
  etcd: join(clusterRoot, "etcd"),
  pki: join(clusterRoot, "pki"),
  containerd: join(clusterRoot, "containerd"),
  kubelet: join(clusterRoot, "kubelet"),
  volumes: join(clusterRoot, "volumes"),
  log: join(clusterRoot, "log"),
  /** Rewritten at every start. */
  configuration: join(clusterRoot, "configuration"),
  /**
   * Sockets, process records and mounts; gone after a reboot. One per machine, whatever the state folder: bridge, address and cgroup
   * exist once as well. Short, because a socket's path must have fewer than 108 characters.
   */
  run: "/run/ckan-environments",
} as const;

export const containerdSocket = join(folders.run, "containerd.sock");

/** Records the data folder of the running cluster. */
export const ownerFile = join(folders.run, "data-folder");

/** Images of the cluster's own pods. The tag is fixed: they never change within one version of the addons. */
export const pauseImage = "localhost/ckan-environments/pause:1";
export const corednsImage = "localhost/ckan-environments/coredns:1";

/** Which archives the toolchain has imported. */
export const importRecord = join(folders.containerd, "imported.json");
