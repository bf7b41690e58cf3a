/**
 * Versions that the toolchain provides. package.json pins npm packages; the Go modules under `toolchain/go` pin what is built from
 * source, and must agree with these.
 */
import manifest from "../package.json" with { type: "json" };

export const pulumiVersion = manifest.dependencies["@pulumi/pulumi"];
export const kubernetesProviderVersion = manifest.dependencies["@pulumi/kubernetes"];

/** Kubernetes version of the local cluster. containerd 1.6, the one in Debian 12, is documented up to 1.35. */
export const kubernetesVersion = "1.35.4";

/** Kubernetes versions that the engine tests run on. `toolchain/go/control-plane` pins the second. */
export const engineKubernetesVersions = [kubernetesVersion, "1.36.3"] as const;
export type EngineKubernetesVersion = (typeof engineKubernetesVersions)[number];

export const addonsVersion = "1";
export const kwokVersion = "0.8.0";

/** Operators in the tests: their CRDs, and the operators themselves in the local cluster. */
export const kedaVersion = "2.20.2";
export const cloudNativePgVersion = "1.30.0";

/** The kind release whose node image is Kubernetes 1.35. */
export const kindVersion = "0.31.0";

/** Scanners that `npm run scan` runs on rendered stacks. */
export const kubeScoreVersion = "1.20.0";
export const kubeconformVersion = "0.8.0";
export const checkovVersion = "3.3.30";

/** Cloudflare's own parser of rule expressions (wirefilter-engine), with the fields of its HTTP requests. Used by tests. */
export const wirefilterVersion = "0.7.0";

/** Linters that `npm run scan:pipelines` runs. `toolchain/python/pipelines` pins check-jsonschema, shellcheck and zizmor. */
export const actionlintVersion = "1.7.12";
export const pipelineLintersVersion = "1";
export const groovyVersion = "4.0.28";
