import { describe, expect, test } from "vitest";
import { riskClasses } from "../../review/risk.ts";
import { findingsOf } from "../../review/rules/index.ts";
import { change, changes, siteStep, step } from "./support.ts";

const claim = "kubernetes:core/v1:PersistentVolumeClaim";
const namespace = "kubernetes:core/v1:Namespace";
const deployment = "kubernetes:apps/v1:Deployment";
const statefulSet = "kubernetes:apps/v1:StatefulSet";
const service = "kubernetes:core/v1:Service";
const secret = "kubernetes:core/v1:Secret";
const job = "kubernetes:batch/v1:Job";
const policy = "kubernetes:networking.k8s.io/v1:NetworkPolicy";
const configMap = "kubernetes:core/v1:ConfigMap";
const server = "gcp:sql/databaseInstance:DatabaseInstance";
const bucket = "gcp:storage/bucket:Bucket";
const member = "gcp:storage/bucketIAMMember:BucketIAMMember";
const key = "gcp:storage/hmacKey:HmacKey";
const record = "cloudflare:index/dnsRecord:DnsRecord";
const ruleset = "cloudflare:index/ruleset:Ruleset";

const size = (storage: string) => ({ inputs: { spec: { resources: { requests: { storage } } } } });
const pods = (image: string, rest: object = {}) => ({
  inputs: { spec: { replicas: 1, template: { spec: { containers: [{ name: "main", image, ...rest }] } } } },
});
/** Pods with a sidecar. */
const beside = (image: string, rest: object = {}) => ({
  inputs: {
    spec: { template: { spec: { initContainers: [{ name: "web", restartPolicy: "Always", image, ...rest }] } } },
  },
});
const inputs = (values: object) => ({ inputs: values });
const database = { component: "PostgresDb", part: "opendata-database" };
const bootstrap = { component: "CkanBootstrap", part: "opendata-bootstrap" };
const versioned = (version: string, image: string) => ({
  inputs: { ...pods(image).inputs, metadata: { labels: { "app.kubernetes.io/version": version } } },
});
const egress = (...rules: readonly object[]) => inputs({ spec: { podSelector: {}, egress: rules } });
const to = (cidr: string, port: number) => ({ to: [{ ipBlock: { cidr } }], ports: [{ port, protocol: "TCP" }] });
const ini = (line: string) => inputs({ data: { "ckan.ini": `[app:main]\n${line}\n` } });

/** Classes of what is found in the change that these steps are. */
const classes = (...steps: readonly object[]) => findingsOf(changes(...steps)).map((finding) => finding.class);

describe("What is found", () => {
  test.each<[string, readonly string[], object]>([
    ["a volume is deleted", ["data-loss"], step(claim, { op: "delete", old: {} })],
    ["a volume is replaced", ["data-loss"], step(claim, { op: "replace", old: {}, next: {} })],
    [
      "a volume that is retained leaves the stack",
      ["data-detached"],
      step(claim, { op: "delete", old: { retainOnDelete: true } }),
    ],
    ["a namespace is deleted", ["data-loss"], step(namespace, { op: "delete", old: {} })],
    ["a database server is replaced", ["data-loss"], step(server, { op: "replace", old: {}, next: {} })],
    ["a bucket is deleted", ["data-loss"], step(bucket, { op: "delete", old: {} })],
    ["a volume shrinks", ["data-loss"], step(claim, { old: size("20Gi"), next: size("10Gi") })],
    ["a volume shrinks in other units", ["data-loss"], step(claim, { old: size("1Ti"), next: size("1000Gi") })],
    ["a volume grows", [], step(claim, { old: size("20Gi"), next: size("1Ti") })],
    ["a volume is called the same in other units", [], step(claim, { old: size("1Gi"), next: size("1024Mi") })],
    ["protection is taken away", ["protection"], step(claim, { op: "same", old: { protect: true }, next: {} })],
    ["retention is taken away", ["protection"], step(claim, { op: "same", old: { retainOnDelete: true }, next: {} })],
    ["protection is given", [], step(claim, { op: "same", old: {}, next: { protect: true, retainOnDelete: true } })],
    [
      "a bucket may be deleted full",
      ["protection"],
      step(bucket, { old: inputs({ forceDestroy: false }), next: inputs({ forceDestroy: true }) }),
    ],
    [
      "versions are not kept any more",
      ["protection"],
      step(bucket, {
        old: inputs({ versioning: { enabled: true } }),
        next: inputs({ versioning: { enabled: false } }),
      }),
    ],
    [
      "fewer backups are kept",
      ["protection"],
      step(server, {
        old: inputs({ settings: { retainedBackups: 14 } }),
        next: inputs({ settings: { retainedBackups: 7 } }),
      }),
    ],
    [
      "more backups are kept",
      [],
      step(server, {
        old: inputs({ settings: { retainedBackups: 7 } }),
        next: inputs({ settings: { retainedBackups: 14 } }),
      }),
    ],
    ["a Deployment is deleted", ["interruption"], step(deployment, { op: "delete", old: {} })],
    ["a Service is replaced", ["interruption"], step(service, { op: "replace", old: {}, next: {} })],
    ["a Job is replaced", [], step(job, { op: "replace", old: {}, next: {} })],
    [
      "a Deployment is scaled to none",
      ["interruption"],
      step(deployment, { old: inputs({ spec: { replicas: 2 } }), next: inputs({ spec: { replicas: 0 } }) }),
    ],
    [
      "the only pod of a server restarts",
      ["interruption"],
      step(statefulSet, { old: pods("a:1", { cpu: 1 }), next: pods("a:1", { cpu: 2 }) }),
    ],
    [
      "a machine of Google's changes",
      ["interruption"],
      step(server, { old: inputs({ settings: { tier: "a" } }), next: inputs({ settings: { tier: "b" } }) }),
    ],
    [
      "CKAN is upgraded",
      ["migration", "image"],
      step(job, {
        ...bootstrap,
        op: "replace",
        old: versioned("2.11.5", "ckan:2.11.5-1"),
        next: versioned("2.11.6", "ckan:2.11.6-1"),
      }),
    ],
    [
      "CKAN gets another image of its version",
      ["image"],
      step(job, {
        ...bootstrap,
        op: "replace",
        old: versioned("2.11.6", "ckan:2.11.6-1"),
        next: versioned("2.11.6", "ckan:2.11.6-2"),
      }),
    ],
    [
      "PostgreSQL gets another image",
      ["interruption", "migration", "image"],
      step(statefulSet, { ...database, old: pods("postgres:15-1"), next: pods("postgres:16-1") }),
    ],
    [
      "Cloud SQL gets another version",
      ["migration"],
      step(server, {
        ...database,
        old: inputs({ databaseVersion: "POSTGRES_16" }),
        next: inputs({ databaseVersion: "POSTGRES_17" }),
      }),
    ],
    [
      "plugins change",
      ["migration"],
      step(configMap, { old: ini("ckan.plugins = a b"), next: ini("ckan.plugins = a c") }),
    ],
    [
      "another setting changes",
      [],
      step(configMap, { old: ini("ckan.site_title = a"), next: ini("ckan.site_title = b") }),
    ],
    [
      "CKAN lets more people do something",
      ["permissions"],
      step(configMap, {
        old: ini("ckan.auth.create_user_via_web = false"),
        next: ini("ckan.auth.create_user_via_web = true"),
      }),
    ],
    ["a Secret is replaced", ["credentials"], step(secret, { op: "replace", old: {}, next: {} })],
    [
      "labels of a Secret change",
      [],
      step(secret, {
        old: inputs({ metadata: { labels: { a: "1" } } }),
        next: inputs({ metadata: { labels: { a: "2" } } }),
      }),
    ],
    ["a key is made", ["credentials"], step(key, { op: "create", next: {} })],
    ["a key ends", ["credentials"], step(key, { op: "delete", old: {} })],
    [
      "somebody gets a role",
      ["permissions"],
      step(member, { op: "create", next: inputs({ role: "r", member: "group:press@example.org" }) }),
    ],
    ["somebody loses a role", [], step(member, { op: "delete", old: {} })],
    [
      "a policy lets more out",
      ["permissions"],
      step(policy, { old: egress(to("10.0.0.0/8", 443)), next: egress(to("10.0.0.0/8", 443), to("0.0.0.0/0", 443)) }),
    ],
    [
      "a policy lets less out",
      [],
      step(policy, { old: egress(to("10.0.0.0/8", 443), to("0.0.0.0/0", 443)), next: egress(to("10.0.0.0/8", 443)) }),
    ],
    ["a policy that allowed something goes", [], step(policy, { op: "delete", old: egress(to("10.0.0.0/8", 443)) })],
    [
      "the policy that denies everything goes",
      ["permissions"],
      step(policy, { op: "delete", old: inputs({ spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] } }) }),
    ],
    [
      "Pod Security is relaxed",
      ["permissions"],
      step(namespace, {
        old: inputs({ metadata: { labels: { "pod-security.kubernetes.io/enforce": "restricted" } } }),
        next: inputs({ metadata: { labels: { "pod-security.kubernetes.io/enforce": "privileged" } } }),
      }),
    ],
    [
      "a container may do more",
      ["permissions"],
      step(deployment, {
        old: pods("a:1", { securityContext: { privileged: false } }),
        next: pods("a:1", { securityContext: { privileged: true } }),
      }),
    ],
    [
      "a bucket's public access is not prevented",
      ["permissions"],
      step(bucket, {
        old: inputs({ publicAccessPrevention: "enforced" }),
        next: inputs({ publicAccessPrevention: "inherited" }),
      }),
    ],
    ["a name is deleted", ["exposure"], step(record, { op: "delete", old: {} })],
    [
      "Google's load balancer loses its firewall",
      ["exposure"],
      step("kubernetes:networking.gke.io/v1:GCPBackendPolicy", {
        old: inputs({ spec: { default: { securityPolicy: "only-cloudflare" } } }),
        next: inputs({ spec: { default: {} } }),
      }),
    ],
    [
      "Google's load balancer takes older versions of TLS",
      ["exposure"],
      step("kubernetes:networking.gke.io/v1:GCPGatewayPolicy", { op: "delete", old: {} }),
    ],
    [
      "Google's load balancer asks pods for something else",
      ["exposure"],
      step("kubernetes:networking.gke.io/v1:HealthCheckPolicy", { op: "create", next: {} }),
    ],
    [
      "rules of the zone change",
      ["exposure"],
      step(ruleset, {
        old: inputs({ rules: [{ ref: "a", enabled: true }] }),
        next: inputs({ rules: [{ ref: "a", enabled: false }] }),
      }),
    ],
    [
      "the zone speaks TLS in another way",
      ["exposure"],
      step("cloudflare:index/zoneSetting:ZoneSetting", {
        old: inputs({ value: "strict" }),
        next: inputs({ value: "flexible" }),
      }),
    ],
    [
      "another node port",
      ["exposure"],
      step(service, {
        old: inputs({ spec: { ports: [{ name: "http", nodePort: 1 }] } }),
        next: inputs({ spec: { ports: [{ name: "http", nodePort: 2 }] } }),
      }),
    ],
    ["a Deployment gets another image", ["image"], step(deployment, { old: pods("a:1"), next: pods("a:2") })],
    ["a sidecar gets another image", ["image"], step(deployment, { old: beside("a:1"), next: beside("a:2") })],
    [
      "a sidecar may gain privileges",
      ["permissions"],
      step(deployment, {
        old: beside("a:1", { securityContext: { allowPrivilegeEscalation: false } }),
        next: beside("a:1", { securityContext: { allowPrivilegeEscalation: true } }),
      }),
    ],
  ])("%s: %j", (_, expected, given) => {
    expect(classes(given)).toEqual(expected);
  });
});

test("there is a change above for every class", () => {
  // Whoever adds a class adds what it is found by.
  expect(riskClasses).toEqual([
    "data-loss",
    "data-detached",
    "protection",
    "interruption",
    "migration",
    "credentials",
    "permissions",
    "exposure",
    "image",
  ]);
});

test("what nobody may delete says that Pulumi refuses", () => {
  const [finding] = findingsOf([change(step(claim, { op: "delete", old: { protect: true, retainOnDelete: true } }))]);
  expect(finding?.text).toBe(
    "leaves the stack; the data stay outside of the stack; it is protected, so Pulumi refuses",
  );
});

test("a new site is no widening of its network and no interruption; who may use its buckets is said", () => {
  const steps = [
    step(policy, { op: "create", next: egress(to("0.0.0.0/0", 443)) }),
    step(secret, { op: "create", name: "s", next: {} }),
    step(member, { op: "create", name: "m", next: inputs({ role: "r", member: "allUsers" }) }),
    step(record, { op: "create", name: "r", next: {} }),
  ];
  expect(classes(siteStep("create"), ...steps)).toEqual(["permissions", "exposure"]);
});

test("the same finding of several objects of a site is one line, the gravest class first", () => {
  const images = ["b", "a"].map((name) => step(deployment, { name, old: pods("a:1"), next: pods("a:2") }));
  expect(findingsOf(changes(...images, step(claim, { op: "delete", old: {} })))).toEqual([
    {
      class: "data-loss",
      text: "is deleted, with everything in it",
      instance: "opendata",
      part: "web",
      resources: ["PersistentVolumeClaim opendata-web"],
    },
    {
      class: "image",
      text: "`a:1` becomes `a:2`",
      instance: "opendata",
      part: "web",
      resources: ["Deployment a", "Deployment b"],
    },
  ]);
});
