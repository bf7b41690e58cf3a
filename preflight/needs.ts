/** What a stack needs in the cluster but does not create, read from the registered objects. */
import type { KubernetesObject as Rendered } from "../render/stack.ts";
import { list, record, text } from "./values.ts";

/** An object with the fields that preflight reads. */
export interface KubernetesObject extends Rendered {
  readonly metadata: Rendered["metadata"] & { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** A kind of object that the stack creates. */
export interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  /** Namespaces of its objects; empty for cluster-scoped kinds. */
  readonly namespaces: readonly string[];
}

/** An existing object, and the object of the stack that names it. */
export interface Named {
  readonly apiVersion: string;
  readonly kind: string;
  /** Absent for cluster-scoped kinds. */
  readonly namespace?: string | undefined;
  readonly name: string;
  /** The object that names it, such as "Gateway opendata-exposure". */
  readonly by: string;
}

export interface Needs {
  readonly kinds: readonly Kind[];
  readonly named: readonly Named[];
  /** Objects that ask for a volume without a StorageClass. */
  readonly defaultStorageClass: readonly string[];
}

const storageApi = "storage.k8s.io/v1";
const gatewayApi = "gateway.networking.k8s.io/v1";

/** Needs in a stable order, each once. */
export function needsOf(objects: readonly KubernetesObject[]): Needs {
  const made = new Set([
    ...objects.map(({ kind, metadata }) => key(kind, metadata.namespace, metadata.name)),
    ...objects.flatMap(({ kind, metadata, spec = {} }) =>
      kind === "Certificate" ? [key("Secret", metadata.namespace, String(spec["secretName"]))] : [],
    ),
  ]);
  const named = objects.flatMap((object) => namedBy(object));
  return {
    kinds: kindsOf(objects),
    named: once(named.filter(({ kind, namespace, name }) => !made.has(key(kind, namespace, name)))),
    defaultStorageClass: objects
      .flatMap((object) =>
        volumesOf(object).some((storageClass) => storageClass === undefined) ? [title(object)] : [],
      )
      .sort(),
  };
}

function kindsOf(objects: readonly KubernetesObject[]): readonly Kind[] {
  const found = new Map<string, Set<string>>();
  for (const { apiVersion, kind, metadata } of objects) {
    const namespaces = found.get(`${apiVersion} ${kind}`) ?? new Set();
    if (metadata.namespace !== undefined) namespaces.add(metadata.namespace);
    found.set(`${apiVersion} ${kind}`, namespaces);
  }
  return [...found].sort(byName).map(([name, namespaces]) => {
    const [apiVersion = "", kind = ""] = name.split(" ");
    return { apiVersion, kind, namespaces: [...namespaces].sort() };
  });
}

function namedBy(object: KubernetesObject): readonly Named[] {
  const { kind, metadata, spec = {} } = object;
  const by = title(object);
  const { namespace } = metadata;
  const whole = (apiVersion: string, named: string, name: unknown): readonly Named[] =>
    typeof name === "string" ? [{ apiVersion, kind: named, name, by }] : [];
  const classes = volumesOf(object).flatMap((name) => whole(storageApi, "StorageClass", name));
  const pods = whole("scheduling.k8s.io/v1", "PriorityClass", podSpecOf(object)?.["priorityClassName"]);
  switch (kind) {
    case "Gateway":
      return whole(gatewayApi, "GatewayClass", spec["gatewayClassName"]);
    case "HTTPRoute":
      return list(spec["parentRefs"]).map((parent) => ({
        apiVersion: gatewayApi,
        kind: "Gateway",
        namespace: text(parent["namespace"]) ?? namespace,
        name: String(parent["name"]),
        by,
      }));
    case "Ingress":
      return [
        ...whole("networking.k8s.io/v1", "IngressClass", spec["ingressClassName"]),
        ...list(spec["tls"]).flatMap(({ secretName }) => secret(secretName, object)),
      ];
    case "Route":
      return secret(record(record(spec["tls"])["externalCertificate"])["name"], object);
    case "Certificate": {
      const issuer = record(spec["issuerRef"]);
      const where = issuer["kind"] === "Issuer" ? { namespace } : {};
      return [
        { apiVersion: "cert-manager.io/v1", kind: String(issuer["kind"]), ...where, name: String(issuer["name"]), by },
      ];
    }
    default:
      return [...classes, ...pods];
  }
}

/** A Secret with a certificate that is managed elsewhere. */
function secret(name: unknown, object: KubernetesObject): readonly Named[] {
  if (typeof name !== "string") return [];
  return [{ apiVersion: "v1", kind: "Secret", namespace: object.metadata.namespace, name, by: title(object) }];
}

/** StorageClass of each volume that an object asks for; undefined for the cluster's default. */
function volumesOf({ kind, spec = {} }: KubernetesObject): readonly (string | undefined)[] {
  switch (kind) {
    case "PersistentVolumeClaim":
      return [text(spec["storageClassName"])];
    case "StatefulSet":
      return list(spec["volumeClaimTemplates"]).map((claim) => text(record(claim["spec"])["storageClassName"]));
    case "Cluster":
      return [text(record(spec["storage"])["storageClass"])];
    default:
      return [];
  }
}

export function podSpecOf({ spec = {} }: KubernetesObject): Readonly<Record<string, unknown>> | undefined {
  const template = record(spec["template"] ?? record(record(spec["jobTemplate"])["spec"])["template"]);
  const pod = template["spec"];
  return pod === undefined ? undefined : record(pod);
}

export function title({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata.name}`;
}

/** Merges objects that are named several times. */
function once(named: readonly Named[]): readonly Named[] {
  const found = new Map<string, Named>();
  for (const one of named) {
    const name = key(one.kind, one.namespace, one.name);
    const before = found.get(name);
    found.set(name, before === undefined || before.by === one.by ? one : { ...one, by: `${before.by}, ${one.by}` });
  }
  return [...found].sort(byName).map(([, one]) => one);
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function key(kind: string, namespace: string | undefined, name: string): string {
  return [kind, namespace ?? "", name].join("/");
}
