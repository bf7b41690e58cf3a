/** Names, addresses and folders of the local cluster. */
import { join } from "node:path";
import { stateRoot } from "../toolchain/paths.ts";

/** The one context of every kubeconfig that the toolchain writes; Pulumi.dev.yaml names it. */
export const contextName = "ckan-local";

/** Node port of the dev stack's site. On this machine it is http://localhost:30500. */
export const sitePort = 30500;

export const node = {
  name: "ckan-local",
  /**
   * An address of its own, on a bridge without ports: certificates and etcd's data name it, so it must not change with the
   * machine's network. Every program listens here only, and so meets no other etcd or Kubernetes on this machine.
   */
  address: "10.250.0.1",
  bridge: "ckan-node",
  podBridge: "ckan-pods",
  network: "ckan-local",
  podSubnet: "10.244.0.0/24",
  serviceSubnet: "10.96.0.0/16",
  dnsService: "10.96.0.10",
  /** Names a folder in each cgroup hierarchy: whatever runs below it belongs to this cluster. */
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
   * Sockets, process records and mounts, gone after a reboot. One for the machine, whatever the state folder is: bridge, address and
   * cgroup exist once as well. Short, because a socket's path must have fewer than 108 characters.
   */
  run: "/run/ckan-environments",
} as const;

export const containerdSocket = join(folders.run, "containerd.sock");

/** Holds the data folder of the cluster that runs. */
export const ownerFile = join(folders.run, "data-folder");

/** Images of the cluster's own pods; the tag is fixed because they never change within one version of the addons. */
export const pauseImage = "localhost/ckan-environments/pause:1";
export const corednsImage = "localhost/ckan-environments/coredns:1";

/** Images that the toolchain has imported, by archive. */
export const importRecord = join(folders.containerd, "imported.json");
