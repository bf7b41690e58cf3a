/** Configuration files of the container runtime, its network plugins, the kubelet and kube-proxy. */
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { kubeconfigPath } from "./pki.ts";
import { containerdSocket, folders, node, pauseImage } from "./settings.ts";

export const configurationFiles = {
  containerd: join(folders.configuration, "containerd.toml"),
  network: join(folders.configuration, "cni"),
  kubelet: join(folders.configuration, "kubelet.json"),
  kubeProxy: join(folders.configuration, "kube-proxy.json"),
  /** A copy: the clone that started the cluster may be deleted while the cluster runs. */
  forwarder: join(folders.configuration, "forward.ts"),
} as const;

export function writeConfiguration(): void {
  mkdirSync(configurationFiles.network, { recursive: true });
  writeFileSync(configurationFiles.containerd, containerd());
  writeFileSync(join(configurationFiles.network, "10-pods.conflist"), JSON.stringify(podNetwork()));
  writeFileSync(configurationFiles.kubelet, JSON.stringify(kubelet()));
  writeFileSync(configurationFiles.kubeProxy, JSON.stringify(kubeProxy()));
  copyFileSync(new URL("forward.ts", import.meta.url), configurationFiles.forwarder);
}

function containerd(): string {
  // Network namespaces lie in the state folder too, so that exactly the mounts below it are ours.
  return `version = 2
root = ${JSON.stringify(folders.containerd)}
state = "${folders.run}/containerd"
disabled_plugins = [
  "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs", "io.containerd.internal.v1.opt",
]
[grpc]
  address = "${containerdSocket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  netns_mounts_under_state_dir = true
  restrict_oom_score_adj = true
  disable_apparmor = true
  disable_hugetlb_controller = true
  tolerate_missing_hugetlb_controller = true
  stream_server_address = "127.0.0.1"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = ${JSON.stringify(configurationFiles.network)}
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
        Root = "${folders.run}/containerd/runc"
`;
}

function podNetwork(): object {
  const ranges = [[{ subnet: node.podSubnet }]];
  const bridge = {
    type: "bridge",
    bridge: node.podBridge,
    isGateway: true,
    ipMasq: false, // the node's own rule masquerades, and only traffic that leaves the machine
    hairpinMode: true,
    ipam: { type: "host-local", dataDir: join(folders.run, "cni"), ranges, routes: [{ dst: "0.0.0.0/0" }] },
  };
  return { cniVersion: "0.4.0", name: node.network, plugins: [bridge] };
}

function kubelet(): object {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    address: node.address,
    healthzBindAddress: node.address,
    containerRuntimeEndpoint: `unix://${containerdSocket}`,
    cgroupDriver: "cgroupfs",
    cgroupRoot: `/${node.cgroup}`,
    failCgroupV1: false, // 1.35 refuses cgroup v1 by default
    failSwapOn: false,
    oomScoreAdj: 0,
    // Limits and OOM scores that a container without CAP_SYS_RESOURCE may not set become warnings.
    featureGates: { KubeletInUserNamespace: true },
    seccompDefault: true,
    makeIPTablesUtilChains: false, // kube-proxy uses nftables, so these would be neither used nor removed
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: join(folders.pki, "ca.crt") },
    },
    authorization: { mode: "Webhook" },
    clusterDNS: [node.dnsService],
    clusterDomain: "cluster.local",
    resolvConf: "/etc/resolv.conf",
    volumePluginDir: join(folders.kubelet, "volume-plugins"),
    podLogsDir: join(folders.log, "pods"),
    // Imported images cannot be pulled again, so they are never garbage-collected.
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    evictionHard: {
      "memory.available": "200Mi",
      "nodefs.available": "2%",
      "imagefs.available": "2%",
      "nodefs.inodesFree": "1%",
      "imagefs.inodesFree": "1%",
    },
    nodeStatusUpdateFrequency: "5s",
  };
}

function kubeProxy(): object {
  return {
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    mode: "nftables",
    clientConnection: { kubeconfig: kubeconfigPath(folders.pki, "kube-proxy") },
    clusterCIDR: node.podSubnet,
    hostnameOverride: node.name,
    oomScoreAdj: 0,
    conntrack: { maxPerCore: 0, min: 0 }, // keeps the machine's own limits
    healthzBindAddress: `${node.address}:10256`,
    metricsBindAddress: `${node.address}:10249`,
    nodePortAddresses: [`${node.address}/32`],
  };
}
