/** Checks that the API server knows every kind of the stack and lets the caller create it. */
import type { Kind } from "../needs.ts";
import { met, missing, notKnown, type Row } from "../row.ts";
import { list, text } from "../values.ts";
import { type Answer, type Cluster, withList } from "./api.ts";
import { askRights, type Served } from "./rights.ts";

/** How to install each kind's CRDs, by API group. */
const origins: Readonly<Record<string, string>> = {
  "gateway.networking.k8s.io":
    "install the Gateway API's definitions and a controller for them (on GKE: gcloud container clusters update CLUSTER --gateway-api=standard), or choose another exposure",
  "networking.gke.io":
    "these are GKE's own, and come with its Gateway API: gcloud container clusters update CLUSTER --gateway-api=standard",
  "cert-manager.io": "install cert-manager, or let exposure.tls name a Secret with a certificate",
  "keda.sh": "install KEDA, or declare workers without scaling.kind keda",
  "postgresql.cnpg.io": "install the operator CloudNativePG, or choose another kind of database",
  "barmancloud.cnpg.io": "install the Barman Cloud plugin of CloudNativePG, or leave database.backup out",
  "monitoring.coreos.com": "install the Prometheus operator, or leave database.prometheusNamespace out",
  "route.openshift.io": "this is OpenShift's: choose another exposure, or the context of an OpenShift cluster",
};

/** A row per API, and one row for the permissions, or one per kind that lacks some. */
export async function askKinds(cluster: Cluster, kinds: readonly Kind[]): Promise<readonly Row[]> {
  const versions = [...new Set(kinds.map(({ apiVersion }) => apiVersion))];
  const answers = new Map<string, Answer>();
  for (const version of versions) answers.set(version, withList(await cluster.read(pathOf(version)), "resources"));
  const served = kinds.flatMap((kind) => servedAs(kind, answers.get(kind.apiVersion)));
  const others = kinds.filter(
    ({ apiVersion, kind }) => !served.some((one) => one.apiVersion === apiVersion && one.kind === kind),
  );
  return [
    ...versions.map((version) =>
      apiRow(
        version,
        kinds.filter(({ apiVersion }) => apiVersion === version),
        answers.get(version),
      ),
    ),
    ...(await askRights(cluster, served, others)),
  ];
}

export function pathOf(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

function apiRow(version: string, kinds: readonly Kind[], answer: Answer | undefined): Row {
  const need = `${version}: ${kinds.map(({ kind }) => kind).join(", ")}`;
  if (answer === undefined || answer.kind === "unknown") {
    return notKnown(need, answer?.reason ?? "no answer", "ask with an account that may read the API's discovery");
  }
  const remedy = origins[version.split("/")[0] ?? ""] ?? "use a cluster of a version that has it";
  if (answer.kind === "absent") return missing(need, "the API server has no such version", remedy);
  const unserved = kinds.filter((kind) => servedAs(kind, answer).length === 0);
  if (unserved.length === 0) return met(need, "there");
  return missing(need, `without ${unserved.map(({ kind }) => kind).join(", ")}`, remedy);
}

function servedAs({ apiVersion, kind, namespaces }: Kind, answer: Answer | undefined): readonly Served[] {
  if (answer?.kind !== "found") return [];
  // Subresources have their parent's kind, and a slash in the name.
  const found = list(answer.body["resources"]).find(
    (resource) => resource["kind"] === kind && !String(resource["name"]).includes("/"),
  );
  const plural = text(found?.["name"]);
  return plural === undefined ? [] : [{ plural, apiVersion, kind, namespaces }];
}
