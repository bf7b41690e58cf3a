/** For each rule what breaks it, and what is like that and breaks none. Shared by the unit tests and the real engine. */
import { RuleName } from "../../../policy/rule-names.ts";
import {
  bucket,
  bucketMember,
  claim,
  closedNamespace,
  container,
  type Declaration,
  denyAll,
  deployment,
  job,
  labels,
  namespace,
  object,
  projectMember,
  record,
  type Settings,
  secret,
  server,
  without,
  withProtection,
} from "./objects.ts";

export interface Case {
  readonly rule: RuleName;
  readonly good: readonly Declaration[];
  readonly bad: readonly Declaration[];
  /** What the rule says about the bad ones: logical name and finding. */
  readonly findings: readonly (readonly [name: string, text: string])[];
  /** Outputs of the stack. */
  readonly goodOutputs?: Settings;
  readonly badOutputs?: Settings;
}

/** Found in no object but where a case puts it. */
export const password = "Qx7-plain-0123456789-value";
/** A secret that is no password, and one that Pulumi does not know of. */
export const kept = "word-kept-by-pulumi";
export const typed = "hunter2";
const image = (name: string) => `registry.example.org/${name}`;
const security = container["securityContext"] as Settings;
const resources = container["resources"] as { readonly requests: Settings };
/** It starts before the pod's own container, and ends after it. */
const sidecar: Settings = { ...container, name: "proxy", restartPolicy: "Always" };
const credentials = (name: string) => object("core/v1", "Secret", name, { stringData: secret({ password }) });
const reference = { name: "PASSWORD", valueFrom: { secretKeyRef: { name: "known", key: "password" } } };

/** Declared beside every run: where the workloads of all cases are. */
export const surroundings: readonly Declaration[] = [
  withProtection(namespace(closedNamespace)),
  denyAll("closed-default-deny", closedNamespace),
];

export const cases: readonly Case[] = [
  {
    rule: RuleName.StateProtected,
    good: [withProtection(claim("kept-claim")), server("kept-server", true, true), bucket("kept-bucket")],
    bad: [
      claim("loose-claim"),
      { ...bucket("loose-bucket"), protect: false },
      server("loose-server", false, false),
      bucket("emptied-bucket", { forceDestroy: true }),
    ],
    findings: [
      ["loose-claim", "it holds data and may be deleted or replaced"],
      ["loose-bucket", "it holds data and may be deleted or replaced"],
      ["loose-server", "deletionProtection is off"],
      ["loose-server", "settings.deletionProtectionEnabled is not on"],
      ["emptied-bucket", "forceDestroy deletes its files with it"],
    ],
  },
  {
    rule: RuleName.NamespaceProtected,
    good: [namespace("empty")],
    bad: [namespace("holding"), withProtection(claim("held-claim", "holding"))],
    findings: [["holding", "it holds data and may be deleted"]],
  },
  {
    rule: RuleName.RestrictedPods,
    good: [
      deployment(
        "restricted",
        {},
        { securityContext: { ...security, capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] } } },
      ),
    ],
    bad: [
      deployment("privileged", {}, { securityContext: { ...security, allowPrivilegeEscalation: true } }),
      deployment("on-the-host", { hostNetwork: true, volumes: [{ name: "disk", hostPath: { path: "/" } }] }),
      deployment("anybody", { securityContext: {} }),
      deployment("capable", {}, { securityContext: without(security, "capabilities") }),
      deployment("beside-a-capable", {
        initContainers: [{ ...sidecar, securityContext: without(security, "capabilities") }],
      }),
    ],
    findings: [
      ["privileged", "container web may gain privileges"],
      ["on-the-host", "the pod sets hostNetwork"],
      ["on-the-host", "volume disk is a hostPath"],
      ["anybody", "container web may run as root"],
      ["anybody", "container web has no filter of system calls"],
      ["capable", "container web keeps capabilities"],
      ["beside-a-capable", "sidecar proxy keeps capabilities"],
    ],
  },
  {
    rule: RuleName.ReadOnlyRoot,
    good: [job("reading")],
    bad: [deployment("writing", {}, { securityContext: without(security, "readOnlyRootFilesystem") })],
    findings: [["writing", "container web may write to its root file system"]],
  },
  {
    rule: RuleName.ServiceAccountToken,
    good: [deployment("without-token", { serviceAccountName: "web" })],
    bad: [deployment("with-token", { automountServiceAccountToken: undefined })],
    findings: [["with-token", "its pods get a token for the API server"]],
  },
  {
    rule: RuleName.ImagePinned,
    good: [deployment("exact", {}, { image: image("web:1.2.3-1") })],
    bad: [
      deployment("moving", {}, { image: image("web:latest") }),
      deployment("untagged", {
        initContainers: [{ ...container, name: "schema", image: "registry.example.org:5000/schema" }],
      }),
    ],
    findings: [
      ["moving", "the image of container web has the tag latest, which moves: registry.example.org/web:latest"],
      [
        "untagged",
        "the image of init container schema names no tag, which means latest: registry.example.org:5000/schema",
      ],
    ],
  },
  {
    rule: RuleName.PlainSecrets,
    good: [
      object("core/v1", "ConfigMap", "plain-words", {
        data: { "site.ini": "url = postgresql://$(USER):$(PASSWORD)@host/db" },
      }),
      deployment("referring", {}, { env: [reference, { name: "URL_SECRET", value: "string:$(PASSWORD)" }] }),
    ],
    bad: [
      object("core/v1", "ConfigMap", "secret-map", { data: { "site.ini": secret(kept) } }),
      object("core/v1", "ConfigMap", "url-map", { data: { url: `postgresql://ckan:${typed}@host/db` } }),
      deployment("secret-variable", {
        // Pulumi keeps the whole list as a secret when a value in it is one.
        containers: secret([{ ...container, env: [{ name: "GREETING", value: kept }] }]),
      }),
      deployment("named-variable", {}, { env: [{ name: "DB_PASSWORD", value: typed }] }),
      deployment("secret-note", {}, {}, { annotations: { note: secret(kept) } }),
    ],
    findings: [
      ["secret-map", "data.site.ini holds a value that Pulumi keeps as a secret"],
      ["url-map", "data.url holds an address with a password"],
      ["secret-variable", "spec.template.spec.containers holds a value that Pulumi keeps as a secret"],
      ["named-variable", "the variable DB_PASSWORD of container web holds its value as plain text"],
      ["secret-note", "metadata.annotations.note holds a value that Pulumi keeps as a secret"],
    ],
  },
  {
    rule: RuleName.SecretValues,
    good: [credentials("known")],
    goodOutputs: { adminPassword: secret(password), user: "admin" },
    bad: [
      credentials("leaked"),
      object("core/v1", "ConfigMap", "copied", { data: { "site.ini": `greeting = ${password}` } }),
    ],
    badOutputs: { site: { password, url: "https://data.example.org" } },
    findings: [
      ["copied", "data.site.ini holds the value of a secret"],
      ["<stack>", "outputs.site.password holds the value of a secret"],
    ],
  },
  {
    rule: RuleName.BucketsPrivate,
    good: [bucketMember("reading-group", "group:statistics@example.org")],
    bad: [
      bucketMember("reading-world", "allUsers"),
      bucket("public-bucket", { uniformBucketLevelAccess: false, publicAccessPrevention: "inherited" }),
    ],
    findings: [
      ["reading-world", "it grants access to allUsers"],
      ["public-bucket", "uniformBucketLevelAccess is not on: single files may be public"],
      ["public-bucket", 'publicAccessPrevention is not "enforced"'],
    ],
  },
  {
    rule: RuleName.PrimitiveRoles,
    good: [projectMember("client", "roles/cloudsql.client")],
    bad: [
      projectMember("editor", "roles/editor"),
      object("rbac.authorization.k8s.io/v1", "RoleBinding", "admin", {
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
      }),
    ],
    findings: [
      ["editor", "it grants roles/editor"],
      ["admin", "it grants cluster-admin"],
    ],
  },
  {
    rule: RuleName.DefaultDeny,
    good: [deployment("denied")],
    bad: [
      deployment("open", {}, {}, { namespace: "wide" }),
      denyAll("wide-ingress-only", "wide", { policyTypes: ["Ingress"] }),
      denyAll("wide-some-pods", "wide", { podSelector: { matchLabels: { app: "open" } } }),
      denyAll("wide-allowing", "wide", { egress: [{}] }),
    ],
    findings: [["open", "nothing denies by default in the namespace wide"]],
  },
  {
    rule: RuleName.DnsNames,
    good: [record("inside", "data.example.org")],
    bad: [
      record("outside", "data.example.com"),
      record("look-alike", "data.badexample.org"),
      object("networking.k8s.io/v1", "Ingress", "elsewhere", { spec: { rules: [{ host: "data.example.net" }] } }),
    ],
    findings: [
      ["outside", "data.example.com lies outside example.org"],
      ["look-alike", "data.badexample.org lies outside example.org"],
      ["elsewhere", "data.example.net lies outside example.org"],
    ],
  },
  {
    rule: RuleName.RequestsAndLimits,
    good: [job("measured")],
    bad: [
      deployment("unmeasured", {}, { resources: {} }),
      deployment("unlimited", {}, { resources: { requests: resources.requests } }),
    ],
    findings: [
      ["unmeasured", "container web has no resources.requests.cpu"],
      ["unmeasured", "container web has no resources.requests.memory"],
      ["unmeasured", "container web has no resources.limits.memory"],
      ["unlimited", "container web has no resources.limits.memory"],
    ],
  },
  {
    rule: RuleName.Probes,
    good: [job("once"), deployment("beside-a-sidecar", { initContainers: [without(sidecar, "readinessProbe")] })],
    bad: [
      deployment("unprobed", { containers: [without(container, "livenessProbe")] }),
      deployment("never-ready", { containers: [without(container, "readinessProbe")], initContainers: [sidecar] }),
      deployment("beside-a-zombie", { initContainers: [without(sidecar, "livenessProbe")] }),
    ],
    findings: [
      ["unprobed", "container web has no livenessProbe"],
      ["never-ready", "container web has no readinessProbe"],
      ["beside-a-zombie", "sidecar proxy has no livenessProbe"],
    ],
  },
  {
    rule: RuleName.Labels,
    good: [object("core/v1", "ServiceAccount", "labelled", { automountServiceAccountToken: false })],
    bad: [
      object("core/v1", "ServiceAccount", "nobodys", {}, { labels: without(labels, "app.kubernetes.io/managed-by") }),
    ],
    findings: [["nobodys", "it has no label app.kubernetes.io/managed-by"]],
  },
];

/** What breaks a rule only where the pack's configuration says so. */
export const configured: readonly (Case & { readonly settings: Settings })[] = [
  {
    rule: RuleName.ImageDigest,
    settings: { enforcementLevel: "mandatory" },
    good: [deployment("by-digest")],
    bad: [deployment("by-tag", {}, { image: image("web:1.2.3-1") })],
    findings: [["by-tag", "the image of container web has no digest: registry.example.org/web:1.2.3-1"]],
  },
  {
    rule: RuleName.DnsNames,
    settings: { zones: ["example.net", "example.edu"] },
    good: [record("of-two-zones", "data.example.edu")],
    bad: [record("of-the-stack", "data.example.org")],
    findings: [["of-the-stack", "data.example.org lies outside example.net and example.edu"]],
  },
  {
    rule: RuleName.StateProtected,
    settings: { types: ["kubernetes:rbac.authorization.k8s.io/v1:Role"] },
    good: [withProtection(object("rbac.authorization.k8s.io/v1", "Role", "kept-role", { rules: [] }))],
    bad: [object("rbac.authorization.k8s.io/v1", "Role", "loose-role", { rules: [] })],
    findings: [["loose-role", "it holds data and may be deleted or replaced"]],
  },
  {
    rule: RuleName.Labels,
    settings: { labels: ["team"] },
    good: [object("core/v1", "ServiceAccount", "of-a-team", {}, { labels: { team: "data" } })],
    bad: [object("core/v1", "ServiceAccount", "of-no-team", {}, { labels: without(labels, "team") })],
    findings: [["of-no-team", "it has no label team"]],
  },
];
