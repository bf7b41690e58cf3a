/** Certificates and kubeconfigs of a control plane, made by kubeadm's own phases. */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../toolchain/process.ts";
import { kubernetesVersion } from "../toolchain/versions.ts";
import { contextName, node } from "./settings.ts";

// A development cluster is wiped long before its certificates expire.
const validity = "87600h";

/** Client name and groups of each program that uses the API server. */
const users = {
  admin: ["ckan-local-admin", "system:masters"],
  "controller-manager": ["system:kube-controller-manager"],
  scheduler: ["system:kube-scheduler"],
  "kube-proxy": ["system:kube-proxy"],
  kubelet: [`system:node:${node.name}`, "system:nodes"],
} as const;

export type User = keyof typeof users;

/** Writes certificates and kubeconfigs into `folder`, once. `endpoint` is the API server's host:port. */
export async function ensurePki(kubernetes: string, folder: string, endpoint: string): Promise<void> {
  if (existsSync(folder)) return;
  // Written under a temporary name and then renamed, so that no later run trusts the files of an interrupted one.
  const temporary = `${folder}.tmp`;
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true, mode: 0o700 });
  const configuration = join(temporary, "kubeadm.yaml");
  writeFileSync(configuration, kubeadmConfiguration(temporary, endpoint));
  await run(kubernetes, ["kubeadm", "init", "phase", "certs", "all", "--config", configuration]);
  await Promise.all(
    Object.entries(users).map(async ([name, [client, ...groups]]) => {
      const args = ["kubeadm", "kubeconfig", "user", "--config", configuration, "--client-name", client];
      const organizations = groups.flatMap((group) => ["--org", group]);
      const text = await run(kubernetes, [...args, ...organizations, "--validity-period", validity]);
      const path = kubeconfigPath(temporary, name as User);
      writeFileSync(path, text, { mode: 0o600 });
      if (name !== "admin") return;
      await run(kubernetes, [
        "kubectl",
        "--kubeconfig",
        path,
        "config",
        "rename-context",
        `${client}@local`,
        contextName,
      ]);
    }),
  );
  renameSync(temporary, folder);
}

export function kubeconfigPath(folder: string, user: User): string {
  return join(folder, `${user}.kubeconfig`);
}

function kubeadmConfiguration(folder: string, endpoint: string): string {
  // The advertised address must not be a loopback address: kubeadm would otherwise look for one on this machine.
  return `apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint: {advertiseAddress: ${node.address}, bindPort: 6443}
nodeRegistration: {name: ${node.name}, criSocket: "unix:///run/none.sock"}
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v${kubernetesVersion}
certificatesDir: ${JSON.stringify(folder)}
clusterName: local
certificateValidityPeriod: ${validity}
caCertificateValidityPeriod: ${validity}
networking: {serviceSubnet: ${node.serviceSubnet}, podSubnet: ${node.podSubnet}, dnsDomain: cluster.local}
controlPlaneEndpoint: "${endpoint}"
apiServer: {certSANs: [localhost, 127.0.0.1]}
`;
}
