/** The pods and network policies that a stack declares, as parties of flows. */
import type { PodParty, Policy } from "./network-policies.ts";
import type { KubernetesObject, Workload } from "./objects.ts";

/** A pod of a workload: what every pod has that the workload makes. */
export function partyOf({ namespace, labels, containers }: Workload, objects: readonly KubernetesObject[]): PodParty {
  const own = objects.find(({ kind, metadata }) => kind === "Namespace" && metadata.name === namespace);
  return {
    kind: "pod",
    namespace,
    // The API server adds the name to the labels of every namespace.
    namespaceLabels: { "kubernetes.io/metadata.name": namespace, ...own?.metadata.labels },
    labels,
    ports: containers.flatMap(({ ports = [] }) => ports),
  };
}

export function policiesOf(objects: readonly KubernetesObject[]): readonly Policy[] {
  return objects
    .filter(({ kind }) => kind === "NetworkPolicy")
    .map(({ metadata, spec }) => ({ namespace: metadata.namespace ?? "default", spec: spec as Policy["spec"] }));
}
