/** What each committed stack needs of its cluster: derived from what it registers, so that a new part is asked about by itself. */
import { expect, test } from "vitest";
import { type KubernetesObject, needsOf } from "../../preflight/needs.ts";
import { synthesizeStack } from "../../render/stack.ts";
import { objectsOf } from "../support/objects.ts";

async function needsOfStack(stack: string) {
  return needsOf(objectsOf(await synthesizeStack(stack)) as unknown as readonly KubernetesObject[]);
}

test("production names a Gateway's class and an issuer of others, and leaves its volumes to the default class", async () => {
  const { named, defaultStorageClass } = await needsOfStack("prod");
  expect(named).toEqual([
    {
      apiVersion: "cert-manager.io/v1",
      kind: "ClusterIssuer",
      name: "letsencrypt",
      by: "Certificate opendata-exposure",
    },
    {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "GatewayClass",
      name: "gke-l7-regional-external-managed",
      by: "Gateway opendata-exposure",
    },
  ]);
  expect(defaultStorageClass).toEqual([
    "PersistentVolumeClaim opendata-queue-data",
    "PersistentVolumeClaim opendata-search-data",
  ]);
});

test("the dev stack needs nothing of others but volumes", async () => {
  const { named, defaultStorageClass } = await needsOfStack("dev");
  expect(named).toEqual([]);
  expect(defaultStorageClass).toEqual([
    "PersistentVolumeClaim opendata-database-data",
    "PersistentVolumeClaim opendata-files-data",
    "PersistentVolumeClaim opendata-queue-data",
    "PersistentVolumeClaim opendata-search-data",
  ]);
});

test("kinds come once, with the namespaces that they are made in", async () => {
  const { kinds } = await needsOfStack("prod");
  expect(kinds.filter(({ apiVersion }) => apiVersion.includes("keda") || apiVersion === "v1")).toEqual([
    { apiVersion: "keda.sh/v1alpha1", kind: "ScaledObject", namespaces: ["opendata-prod"] },
    { apiVersion: "keda.sh/v1alpha1", kind: "TriggerAuthentication", namespaces: ["opendata-prod"] },
    { apiVersion: "v1", kind: "ConfigMap", namespaces: ["opendata-prod"] },
    { apiVersion: "v1", kind: "Namespace", namespaces: [] },
    { apiVersion: "v1", kind: "PersistentVolumeClaim", namespaces: ["opendata-prod"] },
    { apiVersion: "v1", kind: "Secret", namespaces: ["opendata-prod"] },
    { apiVersion: "v1", kind: "Service", namespaces: ["opendata-prod"] },
    { apiVersion: "v1", kind: "ServiceAccount", namespaces: ["opendata-prod"] },
  ]);
});

const object = (kind: string, name: string, spec: object): KubernetesObject => ({
  apiVersion: "example/v1",
  kind,
  metadata: { name, namespace: "site" },
  spec: spec as Record<string, unknown>,
});

test("a Secret that a Certificate of the stack fills is nobody else's", () => {
  const ingress = object("Ingress", "web", { ingressClassName: "nginx", tls: [{ secretName: "web-tls" }] });
  const names = (objects: readonly KubernetesObject[]) =>
    needsOf(objects).named.map(({ kind, name }) => `${kind} ${name}`);
  expect(names([ingress])).toEqual(["IngressClass nginx", "Secret web-tls"]);
  const certificate = object("Certificate", "web", {
    secretName: "web-tls",
    issuerRef: { kind: "Issuer", name: "own" },
  });
  expect(names([ingress, certificate])).toEqual(["IngressClass nginx", "Issuer own"]);
});

test("a Gateway of another team is needed where it stands, one of the stack's own is not", () => {
  const route = (parent: object) => object("HTTPRoute", "web", { parentRefs: [parent] });
  expect(needsOf([route({ name: "shared", namespace: "gateways" })]).named).toEqual([
    {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "Gateway",
      namespace: "gateways",
      name: "shared",
      by: "HTTPRoute web",
    },
  ]);
  expect(needsOf([route({ name: "own" }), object("Gateway", "own", {})]).named).toEqual([]);
});

test("classes of volumes and priorities are needed by whatever names them, each once", () => {
  const claim = (name: string, storageClassName?: string) =>
    object("PersistentVolumeClaim", name, { storageClassName });
  const cluster = object("Cluster", "database", { storage: { storageClass: "fast" } });
  const web = object("Deployment", "web", { template: { spec: { priorityClassName: "portal" } } });
  const nightly = object("CronJob", "nightly", {
    jobTemplate: { spec: { template: { spec: { priorityClassName: "portal" } } } },
  });
  const { named, defaultStorageClass } = needsOf([claim("a", "fast"), claim("b"), cluster, web, nightly]);
  expect(named.map(({ kind, name, by }) => `${kind} ${name} by ${by}`)).toEqual([
    "PriorityClass portal by Deployment web, CronJob nightly",
    "StorageClass fast by PersistentVolumeClaim a, Cluster database",
  ]);
  expect(defaultStorageClass).toEqual(["PersistentVolumeClaim b"]);
});
