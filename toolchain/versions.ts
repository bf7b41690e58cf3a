/**
 * The versions that the toolchain brings. package.json pins what npm installs; the Go modules under `toolchain/go` pin
 * what is built from source, and these names must say the same.
 */
import manifest from "../package.json" with { type: "json" };

export const pulumiVersion = manifest.dependencies["@pulumi/pulumi"];
export const kubernetesProviderVersion = manifest.dependencies["@pulumi/kubernetes"];

/** Kubernetes of the local cluster. containerd 1.6, Debian 12's, is documented up to 1.35. */
export const kubernetesVersion = "1.35.4";

/** The Kubernetes versions that the engine tests run on, each in turn. `toolchain/go/control-plane` pins the second. */
export const engineKubernetesVersions = [kubernetesVersion, "1.36.3"] as const;
export type EngineKubernetesVersion = (typeof engineKubernetesVersions)[number];

export const addonsVersion = "1";
export const kwokVersion = "0.8.0";

/** Operators of the tests: their definitions, and the operators themselves in the local cluster. */
export const kedaVersion = "2.20.2";
export const cloudNativePgVersion = "1.30.0";

/** kind's release whose node image is Kubernetes 1.35. */
export const kindVersion = "0.31.0";

/** What `npm run scan` looks at rendered stacks with, besides the Pod Security library of the Kubernetes version above. */
export const kubeScoreVersion = "1.20.0";
export const kubeconformVersion = "0.8.0";
export const checkovVersion = "3.3.30";

/** Cloudflare's own reader of its rules' expressions (wirefilter-engine), with the fields of its HTTP requests. Tests ask it. */
export const wirefilterVersion = "0.7.0";

/** What `npm run scan:pipelines` looks at pipelines with. `toolchain/python/pipelines` pins check-jsonschema, shellcheck and zizmor. */
export const actionlintVersion = "1.7.12";
export const pipelineLintersVersion = "1";
export const groovyVersion = "4.0.28";
