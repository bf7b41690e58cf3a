/** Checks what the stack relies on in the cluster: metrics for autoscalers, operators in their namespaces. */
import type { KubernetesObject } from "../needs.ts";
import { met, missing, notKnown, type Row } from "../row.ts";
import { list, record, text } from "../values.ts";
import { type Cluster, withList } from "./api.ts";

/** One row per metrics API that an autoscaler needs. */
export async function askMetrics(cluster: Cluster, objects: readonly KubernetesObject[]): Promise<readonly Row[]> {
  const apis = [
    {
      by: "HorizontalPodAutoscaler",
      path: "/apis/metrics.k8s.io/v1beta1/nodes",
      list: "items",
      need: "metrics of pods (metrics.k8s.io)",
      remedy: "install metrics-server, or declare web with replicas in place of scaling",
    },
    {
      by: "ScaledObject",
      path: "/apis/external.metrics.k8s.io/v1beta1",
      list: "resources",
      need: "metrics of queues (external.metrics.k8s.io)",
      remedy: "install KEDA or mend its metrics API server: kubectl get apiservice v1beta1.external.metrics.k8s.io",
    },
  ];
  const rows: Row[] = [];
  for (const { by, path, list: key, need, remedy } of apis) {
    if (!objects.some(({ kind }) => kind === by)) continue;
    const answer = withList(await cluster.read(path), key);
    if (answer.kind === "found") rows.push(met(need, "there"));
    else if (answer.kind === "absent") rows.push(missing(need, "the API server has no such API", remedy));
    // The API server's message when the API's own server is down.
    else if (answer.reason.startsWith("Error from server (ServiceUnavailable)"))
      rows.push(missing(need, answer.reason, remedy));
    else rows.push(notKnown(need, answer.reason, "ask with an account that may read it"));
  }
  return rows;
}

/** Other namespaces that network policies admit: operators, or metrics scrapers. */
export async function askNeighbours(cluster: Cluster, objects: readonly KubernetesObject[]): Promise<readonly Row[]> {
  const namespaces = new Map<string, string>();
  for (const { kind, metadata, spec = {} } of objects) {
    if (kind !== "NetworkPolicy") continue;
    for (const name of neighbours(spec)) namespaces.set(name, metadata.name);
  }
  const rows: Row[] = [];
  for (const [name, policy] of [...namespaces].sort()) {
    const need = `pods in namespace ${name}, let in by ${policy}`;
    const answer = withList(await cluster.read(`/api/v1/namespaces/${name}/pods?limit=1`), "items");
    if (answer.kind === "unknown") rows.push(notKnown(need, answer.reason, "look with an account that may read there"));
    else if (answer.kind === "found" && list(answer.body["items"]).length > 0) rows.push(met(need, "there"));
    else rows.push(missing(need, "none there", "install what should run there, or say which namespace it runs in"));
  }
  return rows;
}

function neighbours(spec: Readonly<Record<string, unknown>>): readonly string[] {
  return list(spec["ingress"])
    .flatMap(({ from }) => list(from))
    .map(({ namespaceSelector }) => record(record(namespaceSelector)["matchLabels"])["kubernetes.io/metadata.name"])
    .flatMap((name) => text(name) ?? []);
}

const accountAnnotation = "iam.gke.io/gcp-service-account";
const metadataServerLabel = "iam.gke.io/gke-metadata-server-enabled";

/** A server on the node gives pods their Google account; node pools may lack it. */
export async function askWorkloadIdentity(
  cluster: Cluster,
  objects: readonly KubernetesObject[],
): Promise<readonly Row[]> {
  const bound = objects.filter(({ metadata }) => metadata.annotations?.[accountAnnotation] !== undefined);
  if (bound.length === 0) return [];
  const need = `Workload Identity for ${bound.map(({ metadata }) => metadata.name).join(", ")}`;
  const remedy =
    "gcloud container clusters update CLUSTER --workload-pool=PROJECT.svc.id.goog, and --workload-metadata=GKE_METADATA for each node pool";
  const path = `/api/v1/nodes?labelSelector=${encodeURIComponent(`${metadataServerLabel}=true`)}`;
  const answer = withList(await cluster.read(path), "items");
  if (answer.kind !== "found") {
    return [
      notKnown(need, answer.kind === "unknown" ? answer.reason : "no nodes", "ask with an account that may list nodes"),
    ];
  }
  const nodes = list(answer.body["items"]).length;
  return [nodes > 0 ? met(need, `${nodes} nodes have it`) : missing(need, "no node has GKE's metadata server", remedy)];
}
