/** Builds the binaries of the local cluster and of the tests' control plane. */
import { join } from "node:path";
import { ensureGoPrograms } from "../toolchain/go.ts";
import { which } from "../toolchain/process.ts";
import { addonsVersion, type EngineKubernetesVersion, kubernetesVersion, kwokVersion } from "../toolchain/versions.ts";

/** Kubernetes, etcd and kubectl in one binary; the first argument selects the program. */
export async function ensureKubernetes(): Promise<string> {
  const folder = await ensureGoPrograms({
    name: "kubernetes",
    version: kubernetesVersion,
    programs: { kubernetes: "." },
    variables: versionVariables(kubernetesVersion),
    cost: "6 minutes on 2 cores",
  });
  return join(folder, "kubernetes");
}

/** kubectl and its first arguments: the one installed on this machine, else the local cluster's. */
export async function kubectlCommand(): Promise<readonly string[]> {
  const own = which("kubectl");
  return own === undefined ? [await ensureKubernetes(), "kubectl"] : [own];
}

/** API server, controllers and scheduler in one binary: the local cluster's own, or one that only the engine tests use. */
export async function ensureControlPlane(version: EngineKubernetesVersion): Promise<string> {
  if (version === kubernetesVersion) return ensureKubernetes();
  const folder = await ensureGoPrograms({
    name: "control-plane",
    version,
    programs: { "control-plane": "." },
    variables: versionVariables(version),
    cost: "5 minutes on 2 cores",
  });
  return join(folder, "control-plane");
}

/** Builds CoreDNS, the network policy enforcer, the volume provisioner and the pause program; returns their folder. */
export function ensureAddons(): Promise<string> {
  return ensureGoPrograms({
    name: "addons",
    version: addonsVersion,
    programs: { coredns: "./coredns", netpol: "./netpol", provisioner: "./provisioner", pause: "./pause" },
    cost: "2 minutes on 2 cores",
  });
}

/** kwok simulates the nodes of the tests' control plane. */
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

/** Sets the version that Kubernetes' programs report; the default is v0.0.0. */
function versionVariables(version: string): Readonly<Record<string, string>> {
  const [major = "", minor = ""] = version.split(".");
  const values = { gitVersion: `v${version}`, gitMajor: major, gitMinor: minor, gitTreeState: "clean" };
  const packages = ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"];
  return Object.fromEntries(
    packages.flatMap((path) => Object.entries(values).map(([name, value]) => [`${path}.${name}`, value])),
  );
}
