/** Objects that break no rule, and ways to change one thing of them. */

/** A resource as a program declares it, without the program. */
export interface Declaration {
  readonly type: string;
  readonly name: string;
  readonly properties: Settings;
  /** Pulumi's own option. */
  readonly protect?: boolean;
}

export type Settings = Readonly<Record<string, unknown>>;

/** Lies in the zone that the tests give the stack. */
export const zone = "example.org";
/** Has a NetworkPolicy that denies everything by default. */
export const closedNamespace = "closed";

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
export const image = `registry.example.org/web:1.2.3-1@${digest}`;

const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** A value in the envelope in which Pulumi sends secrets. */
export function secret(value: unknown): Settings {
  return { [signature]: secretSignature, value };
}

/** What is in such an envelope; undefined for everything else. */
export function inEnvelope(value: unknown): { readonly value: unknown } | undefined {
  const envelope = value as Settings | null | undefined;
  return typeof envelope === "object" && envelope?.[signature] === secretSignature
    ? { value: envelope["value"] }
    : undefined;
}

export const labels = {
  "app.kubernetes.io/instance": "cases",
  "app.kubernetes.io/managed-by": "pulumi",
  "app.kubernetes.io/part-of": "cases",
  team: "data",
};

/** An object of Kubernetes'; `version` such as `apps/v1`. */
export function object(
  version: string,
  kind: string,
  name: string,
  rest: Settings,
  metadata: Settings = {},
): Declaration {
  const plain = version.replace(/^core\//, "");
  const properties = {
    apiVersion: plain,
    kind,
    metadata: { name, namespace: closedNamespace, labels, ...metadata },
    ...rest,
  };
  return { type: `kubernetes:${version}:${kind}`, name, properties };
}

export const container: Settings = {
  name: "web",
  image,
  resources: { requests: { cpu: "100m", memory: "64Mi" }, limits: { memory: "64Mi" } },
  readinessProbe: { httpGet: { path: "/", port: 8080 } },
  livenessProbe: { httpGet: { path: "/", port: 8080 } },
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  },
};

export const pod: Settings = {
  automountServiceAccountToken: false,
  securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
  containers: [container],
};

/** A Deployment with changed settings of its pod and of its container. */
export function deployment(
  name: string,
  ofPod: Settings = {},
  ofContainer: Settings = {},
  metadata: Settings = {},
): Declaration {
  const template = {
    metadata: { labels: { app: name } },
    spec: { ...pod, containers: [{ ...container, ...ofContainer }], ...ofPod },
  };
  return object(
    "apps/v1",
    "Deployment",
    name,
    { spec: { selector: { matchLabels: { app: name } }, template } },
    metadata,
  );
}

export function job(name: string, ofContainer: Settings = {}): Declaration {
  const { readinessProbe: _ready, livenessProbe: _alive, ...plain } = container;
  const spec = { ...pod, restartPolicy: "Never", containers: [{ ...plain, ...ofContainer }] };
  return object("batch/v1", "Job", name, { spec: { template: { metadata: { labels: { app: name } }, spec } } });
}

export function claim(name: string, namespace = closedNamespace): Declaration {
  const spec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
  return object("core/v1", "PersistentVolumeClaim", name, { spec }, { namespace });
}

export function namespace(name: string): Declaration {
  const { properties, ...rest } = object("core/v1", "Namespace", name, {});
  return { ...rest, properties: { ...properties, metadata: { name, labels } } };
}

export function denyAll(name: string, inNamespace: string, spec: Settings = {}): Declaration {
  const denying = { podSelector: {}, policyTypes: ["Ingress", "Egress"], ...spec };
  return object("networking.k8s.io/v1", "NetworkPolicy", name, { spec: denying }, { namespace: inNamespace });
}

export function bucket(name: string, changes: Settings = {}): Declaration {
  const properties = {
    name,
    location: "EUROPE-WEST3",
    uniformBucketLevelAccess: true,
    publicAccessPrevention: "enforced",
    ...changes,
  };
  return { type: "gcp:storage/bucket:Bucket", name, properties, protect: true };
}

export function bucketMember(name: string, member: string, role = "roles/storage.objectViewer"): Declaration {
  return {
    type: "gcp:storage/bucketIAMMember:BucketIAMMember",
    name,
    properties: { bucket: "files", role, member },
  };
}

export function projectMember(name: string, role: string): Declaration {
  const properties = { project: "example", role, member: "group:data@example.org" };
  return { type: "gcp:projects/iAMMember:IAMMember", name, properties };
}

export function server(name: string, deletionProtection: boolean, deletionProtectionEnabled: boolean): Declaration {
  const settings = { tier: "db-custom-1-3840", deletionProtectionEnabled };
  return {
    type: "gcp:sql/databaseInstance:DatabaseInstance",
    name,
    properties: {
      project: "example",
      name,
      databaseVersion: "POSTGRES_17",
      region: "europe-west3",
      deletionProtection,
      settings,
    },
    protect: true,
  };
}

export function record(name: string, host: string): Declaration {
  const properties = {
    zoneId: "0123456789abcdef0123456789abcdef",
    type: "A",
    content: "203.0.113.10",
    ttl: 300,
    name: host,
  };
  return { type: "cloudflare:index/dnsRecord:DnsRecord", name, properties };
}

export function withProtection(declaration: Declaration): Declaration {
  return { ...declaration, protect: true };
}

export function without(settings: Settings, ...keys: readonly string[]): Settings {
  return Object.fromEntries(Object.entries(settings).filter(([key]) => !keys.includes(key)));
}
