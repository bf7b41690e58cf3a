/** Command lines of all programs on the embedded node. */
import { join } from "node:path";
import { apiServer, type ControlPlane, controllerManager, etcd, program, scheduler } from "./control-plane-programs.ts";
import { provisionerName } from "./manifests.ts";
import { configurationFiles } from "./node-configuration.ts";
import { kubeconfigPath } from "./pki.ts";
import type { Program } from "./processes.ts";
import { folders, node, sitePort } from "./settings.ts";

/** In start order. */
export function nodePrograms(kubernetes: string, addons: string): readonly Program[] {
  const plane: ControlPlane = {
    kubernetes,
    pki: folders.pki,
    etcdData: folders.etcd,
    address: node.address,
    ports: { api: 6443, etcd: 2379, etcdPeer: 2380, controllerManager: 10257, scheduler: 10259 },
    durable: true,
  };
  const admin = kubeconfigPath(folders.pki, "admin");
  return [
    { name: "containerd", command: "containerd", args: ["--config", configurationFiles.containerd] },
    etcd(plane),
    apiServer(plane),
    controllerManager(plane),
    scheduler(plane),
    program(plane, "kubelet", {
      config: configurationFiles.kubelet,
      kubeconfig: kubeconfigPath(folders.pki, "kubelet"),
      "root-dir": folders.kubelet,
      "cert-dir": join(folders.kubelet, "pki"),
      "hostname-override": node.name,
      "node-ip": node.address,
    }),
    program(plane, "kube-proxy", { config: configurationFiles.kubeProxy }),
    { name: "netpol", command: join(addons, "netpol"), args: ["-kubeconfig", admin] },
    {
      name: "provisioner",
      command: join(addons, "provisioner"),
      args: ["-kubeconfig", admin, "-name", provisionerName, "-root", folders.volumes, "-node", node.name],
    },
    {
      name: "forward",
      command: process.execPath,
      args: [configurationFiles.forwarder, node.address, String(sitePort)],
    },
  ];
}
