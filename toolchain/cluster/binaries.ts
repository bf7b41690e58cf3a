/** The programs of the local cluster and of the tests' control plane. */
import { join } from "node:path";
import { ensureGoPrograms } from "../go.ts";
import { addonsVersion, kubernetesVersion, kwokVersion } from "../versions.ts";

/** Kubernetes, etcd and kubectl in one binary, whose first argument names the program. */
export async function ensureKubernetes(): Promise<string> {
  const [major, minor] = kubernetesVersion.split(".");
  const packages = ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"];
  const values = {
    gitVersion: `v${kubernetesVersion}`,
    gitMajor: major ?? "",
    gitMinor: minor ?? "",
    gitTreeState: "clean",
  };
  const variables = packages.flatMap((path) =>
    Object.entries(values).map(([name, value]) => [`${path}.${name}`, value] as const),
  );
  const folder = await ensureGoPrograms({
    name: "kubernetes",
    version: kubernetesVersion,
    programs: { kubernetes: "." },
    variables: Object.fromEntries(variables),
    cost: "6 minutes on 2 cores",
  });
  return join(folder, "kubernetes");
}

/** CoreDNS, the network policy enforcer, the volume provisioner and the pause program; returns their folder. */
export function ensureAddons(): Promise<string> {
  return ensureGoPrograms({
    name: "addons",
    version: addonsVersion,
    programs: { coredns: "./coredns", netpol: "./netpol", provisioner: "./provisioner", pause: "./pause" },
    cost: "2 minutes on 2 cores",
  });
}

/** kwok plays the nodes of the tests' control plane. */
export async function ensureKwok(): Promise<string> {
  const folder = await ensureGoPrograms({
    name: "kwok",
    version: kwokVersion,
    programs: { kwok: "sigs.k8s.io/kwok/cmd/kwok" },
    variables: { "sigs.k8s.io/kwok/pkg/consts.Version": `v${kwokVersion}` },
    cost: "1 minute on 2 cores",
  });
  return join(folder, "kwok");
}
