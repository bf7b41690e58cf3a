/** What is read off a cluster's answers. test/e2e/preflight.test.ts asks a real one. */
import { expect, test } from "vitest";
import type { Answer, Cluster } from "../../preflight/cluster/api.ts";
import { askMetrics, askNeighbours, askWorkloadIdentity } from "../../preflight/cluster/integrations.ts";
import { askKinds } from "../../preflight/cluster/kinds.ts";
import { askNamed } from "../../preflight/cluster/named.ts";
import { placeByName } from "../../preflight/cluster/place.ts";
import { versionRow } from "../../preflight/cluster/version.ts";
import type { KubernetesObject, Named } from "../../preflight/needs.ts";
import { Finding, type Row, table } from "../../preflight/row.ts";

type Body = Readonly<Record<string, unknown>>;
type Reviews = readonly { readonly spec: { readonly resourceAttributes: Readonly<Record<string, string>> } }[];

/** A cluster that has these paths. Rights are asked for in one list, whose answers are lines of true and false. */
function played(
  paths: Readonly<Record<string, Body | string>>,
  refused: (attributes: Readonly<Record<string, string>>) => boolean = () => false,
): Cluster {
  const answer = (path: string): Answer => {
    const body = paths[path];
    if (body === undefined) return { kind: "absent" };
    return typeof body === "string" ? { kind: "unknown", reason: body } : { kind: "found", body };
  };
  return {
    read: async (path) => answer(path),
    kubectl: async (_, input) => {
      const { items } = input as { readonly items: Reviews };
      const lines = items.map(({ spec }) => `${!refused(spec.resourceAttributes)}\n`);
      return { code: 0, stdout: lines.join(""), reason: "" };
    },
  };
}

const brief = (rows: readonly Row[]) => rows.map(({ finding, need, seen }) => `${finding} ${need}: ${seen}`);

const apps = {
  "/apis/apps/v1": {
    resources: [
      { name: "deployments", kind: "Deployment" },
      { name: "deployments/scale", kind: "Scale" },
    ],
  },
};
const deployment = { apiVersion: "apps/v1", kind: "Deployment", namespaces: ["opendata"] };

test("an API that is there and rights that suffice are a row each", async () => {
  expect(brief(await askKinds(played(apps), [deployment]))).toEqual([
    "ok apps/v1: Deployment: there",
    "ok rights on the kinds that are there: may get, list, watch, create, patch, delete",
  ]);
});

test("an API that the cluster lacks says who brings it, a kind that it lacks is named", async () => {
  const rows = await askKinds(played(apps), [
    { ...deployment, kind: "Scale" },
    { apiVersion: "keda.sh/v1alpha1", kind: "ScaledObject", namespaces: ["opendata"] },
  ]);
  expect(brief(rows)).toEqual([
    "MISSING apps/v1: Scale: without Scale",
    "MISSING keda.sh/v1alpha1: ScaledObject: the API server has no such version",
    "not known rights on the other kinds: not asked: the API server does not say that it has them",
  ]);
  expect(rows[1]?.remedy).toBe("install KEDA, or declare workers without scaling.kind keda");
});

const unasked = "not known rights on the other kinds: not asked: the API server does not say that it has them";

test("where nothing but the version may be read, a row says which kinds nobody could ask of", async () => {
  const unauthorized = "error: You must be logged in to the server (Unauthorized)";
  const keda = { apiVersion: "keda.sh/v1alpha1", kind: "ScaledObject", namespaces: ["opendata"] };
  const cluster = played({ "/apis/apps/v1": unauthorized, "/apis/keda.sh/v1alpha1": unauthorized });
  const rows = await askKinds(cluster, [deployment, keda]);
  expect(brief(rows)).toEqual([
    `not known apps/v1: Deployment: ${unauthorized}`,
    `not known keda.sh/v1alpha1: ScaledObject: ${unauthorized}`,
    unasked,
  ]);
  expect(rows[2]?.remedy).toBe("run preflight again once the rows above are ok; it is about Deployment, ScaledObject");
});

test("kinds that are not served are named as not asked, beside rights that suffice and rights that do not", async () => {
  const keda = { apiVersion: "keda.sh/v1alpha1", kind: "ScaledObject", namespaces: ["opendata"] };
  const rows = await askKinds(played(apps), [deployment, keda]);
  expect(brief(rows).slice(2)).toEqual([
    "ok rights on the kinds that are there: may get, list, watch, create, patch, delete",
    unasked,
  ]);
  expect(rows[3]?.remedy).toBe("run preflight again once the rows above are ok; it is about ScaledObject");
  const refused = await askKinds(
    played(apps, ({ verb }) => verb === "patch"),
    [deployment, keda],
  );
  expect(brief(refused).slice(2)).toEqual(["MISSING rights on Deployment: may not patch in opendata", unasked]);
});

test("rights are asked for without the API's schema, and long enough for one question after the other", async () => {
  const calls: unknown[] = [];
  const cluster: Cluster = {
    ...played(apps),
    kubectl: async (args, _, seconds) => {
      calls.push([args.slice(0, 3), seconds]);
      return { code: 1, stdout: "", reason: "error: no" };
    },
  };
  expect(brief(await askKinds(cluster, [deployment])).at(-1)).toBe(
    "not known rights on the kinds that are there: error: no",
  );
  expect(calls).toEqual([[["create", "--filename=-", "--validate=false"], 66]]);
});

test.each(["", "true\n", "<no value>\n".repeat(6), "<html>\n".repeat(6)])(
  "answers about rights such as %j are none",
  async (stdout) => {
    const cluster: Cluster = { ...played(apps), kubectl: async () => ({ code: 0, stdout, reason: "" }) };
    expect(brief(await askKinds(cluster, [deployment])).at(-1)).toBe(
      `not known rights on the kinds that are there: answered with something else than yes or no: ${stdout}`,
    );
  },
);

test("rights that are lacking are named by kind, verb and place", async () => {
  const may = ({ verb, namespace }: Readonly<Record<string, string>>) => verb === "create" && namespace === "opendata";
  expect((await askKinds(played(apps, may), [deployment])).at(-1)).toEqual({
    need: "rights on Deployment",
    finding: Finding.Missing,
    seen: "may not create in opendata",
    remedy: "give this account a role with create on deployments.apps there",
  });
});

const named = (kind: string, name: string, namespace?: string): Named => ({
  apiVersion: kind === "ClusterIssuer" ? "cert-manager.io/v1" : "gateway.networking.k8s.io/v1",
  kind,
  name,
  namespace,
  by: "Gateway web",
});
const condition = (type: string, status: string, message = "") => ({
  metadata: {},
  status: { conditions: [{ type, status, message }] },
});

test("a class and an issuer have to be there and at work", async () => {
  const cluster = played({
    "/apis/gateway.networking.k8s.io/v1/gatewayclasses/good": condition("Accepted", "True"),
    "/apis/gateway.networking.k8s.io/v1/gatewayclasses/idle": { metadata: {} },
    "/apis/cert-manager.io/v1/clusterissuers/broken": condition("Ready", "False", "no account at the authority"),
    "/apis/gateway.networking.k8s.io/v1/namespaces/shared/gateways/theirs": condition("Programmed", "True"),
  });
  const needs = [
    named("GatewayClass", "good"),
    named("GatewayClass", "idle"),
    named("GatewayClass", "none"),
    named("ClusterIssuer", "broken"),
    named("Gateway", "theirs", "shared"),
  ];
  expect(brief(await askNamed(cluster, { named: needs, defaultStorageClass: [] }))).toEqual([
    "ok GatewayClass good: there",
    "MISSING GatewayClass idle: there, but not Accepted: nobody looks after it",
    "MISSING GatewayClass none: not there; Gateway web names it",
    "MISSING ClusterIssuer broken: there, but not Ready: no account at the authority",
    "ok Gateway theirs in shared: there",
  ]);
});

const storageClass = (name: string, more: object = {}) => ({ metadata: { name }, ...more });
const chosen = {
  metadata: { name: "standard", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
};

test.each([
  ["none", [], "MISSING a default StorageClass: the cluster has none at all; Claim a would wait"],
  [
    "none by default",
    [storageClass("slow"), storageClass("fast")],
    "MISSING a default StorageClass: the cluster has slow, fast; Claim a would wait",
  ],
  ["one that grows", [{ ...chosen, allowVolumeExpansion: true }], "ok a default StorageClass: standard"],
  ["one that does not", [chosen], "ok a default StorageClass: standard; its volumes cannot grow later"],
])("volumes of no class get the cluster's own: %s", async (_name, items, row) => {
  const cluster = played({ "/apis/storage.k8s.io/v1/storageclasses": { items } });
  expect(brief(await askNamed(cluster, { named: [], defaultStorageClass: ["Claim a"] }))).toEqual([row]);
});

test("who may not look is told that nothing is known", async () => {
  const cluster = played({ "/apis/storage.k8s.io/v1/storageclasses": "Error from server (Forbidden): storageclasses" });
  expect(brief(await askNamed(cluster, { named: [], defaultStorageClass: ["Claim a"] }))).toEqual([
    "not known a default StorageClass: Error from server (Forbidden): storageclasses",
  ]);
});

const object = (kind: string, more: Partial<KubernetesObject> = {}): KubernetesObject => ({
  apiVersion: "example/v1",
  kind,
  metadata: { name: "opendata" },
  ...more,
});

test("autoscalers need the API that they ask, and a server behind it", async () => {
  const all = [object("HorizontalPodAutoscaler"), object("ScaledObject")];
  const away = "Error from server (ServiceUnavailable): the server is currently unable to handle the request";
  const cluster = played({ "/apis/metrics.k8s.io/v1beta1/nodes": away });
  expect(brief(await askMetrics(cluster, all))).toEqual([
    `MISSING metrics of pods (metrics.k8s.io): ${away}`,
    "MISSING metrics of queues (external.metrics.k8s.io): the API server has no such API",
  ]);
  expect(await askMetrics(cluster, [object("Deployment")])).toEqual([]);
});

test("a namespace from which policies let somebody in has to have pods", async () => {
  const from = [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "keda" } } }];
  const policy = object("NetworkPolicy", { spec: { ingress: [{ from }] } });
  const path = "/api/v1/namespaces/keda/pods?limit=1";
  const need = "pods in namespace keda, let in by opendata";
  expect(brief(await askNeighbours(played({ [path]: { items: [{}] } }), [policy]))).toEqual([`ok ${need}: there`]);
  expect(brief(await askNeighbours(played({ [path]: { items: [] } }), [policy]))).toEqual([
    `MISSING ${need}: none there`,
  ]);
});

test("accounts of Google's need a node that hands them out", async () => {
  const annotations = { "iam.gke.io/gcp-service-account": "web@example.iam.gserviceaccount.com" };
  const account = object("ServiceAccount", { metadata: { name: "web", annotations } });
  const path = "/api/v1/nodes?labelSelector=iam.gke.io%2Fgke-metadata-server-enabled%3Dtrue";
  expect(brief(await askWorkloadIdentity(played({ [path]: { items: [] } }), [account]))).toEqual([
    "MISSING Workload Identity for web: no node has GKE's metadata server",
  ]);
  expect(await askWorkloadIdentity(played({}), [object("ServiceAccount")])).toEqual([]);
});

const malformed: readonly Body[] = [{}, { resources: null, items: null }, { resources: {}, items: "none" }];

test.each(malformed)("an answer such as %j is none to any question", async (body) => {
  const policy = object("NetworkPolicy", {
    spec: { ingress: [{ from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "keda" } } }] }] },
  });
  const annotations = { "iam.gke.io/gcp-service-account": "web@example.iam.gserviceaccount.com" };
  const account = object("ServiceAccount", { metadata: { name: "web", annotations } });
  const cluster: Cluster = { ...played({}), read: async () => ({ kind: "found", body }) };
  const rows = [
    ...(await askKinds(cluster, [deployment])),
    ...(await askNamed(cluster, { named: [named("GatewayClass", "good")], defaultStorageClass: ["Claim a"] })),
    ...(await askMetrics(cluster, [object("HorizontalPodAutoscaler"), object("ScaledObject")])),
    ...(await askNeighbours(cluster, [policy])),
    ...(await askWorkloadIdentity(cluster, [account])),
  ];
  expect([...new Set(rows.map(({ finding }) => finding))]).toEqual([Finding.NotKnown]);
  expect(rows.length).toBe(8);
});

test("members of a list that are no objects are passed over", async () => {
  const cluster: Cluster = {
    ...played({}),
    read: async () => ({
      kind: "found",
      body: { resources: [null, "a", 1, [], { kind: "Scale" }], items: [null, { metadata: null }, {}] },
    }),
  };
  expect(brief(await askKinds(cluster, [deployment]))[0]).toBe("MISSING apps/v1: Deployment: without Deployment");
  expect(brief(await askNamed(cluster, { named: [], defaultStorageClass: ["Claim a"] }))).toEqual([
    "MISSING a default StorageClass: the cluster has undefined, undefined; Claim a would wait",
  ]);
});

test.each([
  ["Error from server (ServiceUnavailable): the server is currently unable to handle the request", "MISSING"],
  ["Error from server (Forbidden): nodes.metrics.k8s.io is forbidden", "not known"],
  ["Error from server (Timeout): the server was unable to return a response in the time allotted", "not known"],
  ["Unable to connect to the server: net/http: TLS handshake timeout", "not known"],
  ["kubectl did not end within 60 s", "not known"],
])("metrics that are answered with %s are %s", async (reason, finding) => {
  const rows = await askMetrics(played({ "/apis/metrics.k8s.io/v1beta1/nodes": reason }), [
    object("HorizontalPodAutoscaler"),
  ]);
  expect(brief(rows)).toEqual([`${finding} metrics of pods (metrics.k8s.io): ${reason}`]);
});

test.each([
  ["v1.29.15", Finding.Missing],
  ["v1.30.0", Finding.Met],
  ["v1.35.4-gke.1200", Finding.Met],
  ["v2.0.0", Finding.Met],
  ["unknown", Finding.NotKnown],
])("Kubernetes %s is %s", (version, finding) => {
  expect(versionRow(version).finding).toBe(finding);
});

test.each([
  ["gke_example-prod_europe-west3_production", { clusterProject: "example-prod", region: "europe-west3" }],
  ["gke_example-prod_europe-west3-a_production", { clusterProject: "example-prod", region: "europe-west3" }],
  ["kubernetes", {}],
])("the cluster %s is at %j", (name, place) => {
  expect(placeByName(name)).toEqual(place);
});

test("the table has a line for each row, and what to do below those that are not met", () => {
  const rows: readonly Row[] = [
    { need: "Kubernetes", finding: Finding.Met, seen: "v1.35.4" },
    { need: "KEDA", finding: Finding.Missing, seen: "not there", remedy: "install it" },
  ];
  expect(
    table([
      { title: "Cluster", rows },
      { title: "Google", rows: [] },
    ]),
  ).toBe(
    [
      "Cluster",
      "  ok         Kubernetes  v1.35.4",
      "  MISSING    KEDA        not there",
      "             -> install it",
      "",
    ].join("\n"),
  );
});
