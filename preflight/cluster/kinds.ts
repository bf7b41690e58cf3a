/** Whether the API server knows every kind that the stack makes, and lets the caller make it. */
import type { Kind } from "../needs.ts";
import { met, missing, notKnown, type Row } from "../row.ts";
import { list, text } from "../values.ts";
import type { Answer, Cluster } from "./api.ts";

/** How kinds come into a cluster, by their group. */
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

/** What Pulumi's provider does to an object in its life: it reads, waits for, makes, changes and removes it. */
const verbs = ["get", "list", "watch", "create", "patch", "delete"] as const;

interface Served {
  readonly plural: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespaces: readonly string[];
}

/** A row for each API, and one for the rights or for each kind that lacks some. */
export async function askKinds(cluster: Cluster, kinds: readonly Kind[]): Promise<readonly Row[]> {
  const versions = [...new Set(kinds.map(({ apiVersion }) => apiVersion))];
  const answers = new Map<string, Answer>();
  for (const version of versions) answers.set(version, await cluster.read(pathOf(version)));
  const served = kinds.flatMap((kind) => servedAs(kind, answers.get(kind.apiVersion)));
  return [
    ...versions.map((version) =>
      apiRow(
        version,
        kinds.filter(({ apiVersion }) => apiVersion === version),
        answers.get(version),
      ),
    ),
    ...(await rights(cluster, served)),
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
  // Subresources have the kind of what they are part of, and a slash.
  const found = list(answer.body["resources"]).find(
    (resource) => resource["kind"] === kind && !String(resource["name"]).includes("/"),
  );
  const plural = text(found?.["name"]);
  return plural === undefined ? [] : [{ plural, apiVersion, kind, namespaces }];
}

/**
 * Asked one by one: a list of all rights leaves out those that come from elsewhere than from roles, such as Google's IAM
 * (kubernetes.io, "SelfSubjectRulesReview ... may be incomplete").
 */
async function rights(cluster: Cluster, served: readonly Served[]): Promise<readonly Row[]> {
  const questions = served.flatMap((kind) =>
    (kind.namespaces.length === 0 ? [undefined] : kind.namespaces).flatMap((namespace) =>
      verbs.map((verb) => ({ kind, namespace, verb })),
    ),
  );
  if (questions.length === 0) return [];
  const items = questions.map(({ kind, namespace, verb }) => review(kind, namespace, verb));
  const template = '--output=go-template={{.status.allowed}}{{"\\n"}}';
  const { code, stdout, reason } = await cluster.kubectl(["create", "--filename=-", template], {
    apiVersion: "v1",
    kind: "List",
    items,
  });
  const need = "rights on all of these kinds";
  const answers = stdout.trim().split("\n");
  if (code !== 0 || answers.length !== questions.length) {
    return [notKnown(need, reason, "ask the cluster's administrators what this account may do")];
  }
  const refused = questions.filter((_, index) => answers[index] !== "true");
  if (refused.length === 0) return [met(need, `may ${verbs.join(", ")}`)];
  return refusals(refused);
}

interface Question {
  readonly kind: Served;
  readonly namespace: string | undefined;
  readonly verb: string;
}

function refusals(refused: readonly Question[]): readonly Row[] {
  const kinds = [...new Set(refused.map(({ kind }) => kind))];
  return kinds.map((kind) => {
    const own = refused.filter((question) => question.kind === kind);
    const places = [...new Set(own.map(({ namespace }) => namespace ?? "the whole cluster"))].join(", ");
    const lacking = [...new Set(own.map(({ verb }) => verb))].join(", ");
    return missing(
      `rights on ${kind.kind}`,
      `may not ${lacking} in ${places}`,
      `give this account a role with ${lacking} on ${kind.plural}.${groupOf(kind.apiVersion) || "core"} there`,
    );
  });
}

function review({ plural, apiVersion }: Served, namespace: string | undefined, verb: string): object {
  const where = namespace === undefined ? {} : { namespace };
  return {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectAccessReview",
    spec: { resourceAttributes: { group: groupOf(apiVersion), resource: plural, verb, ...where } },
  };
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
}
