/** Objects that Gateways of Google's load balancers name and the program does not create: addresses, SSL policies, Cloud Armor policies. */
import { type googleClasses, internalGoogleClass, isGoogle } from "../../components/exposure/gke.ts";
import { isKubernetesObject, type KubernetesObject, kubernetesObject } from "../../render/stack.ts";
import type { Declared } from "../../render/synthesize.ts";

type GoogleClass = (typeof googleClasses)[number];
type Scope = "global" | "regional";

/** Scope in which the load balancer of each class looks up named objects: GKE's documentation of its GatewayClasses. */
const scopes: Readonly<Record<GoogleClass, Scope>> = {
  "gke-l7-global-external-managed": "global",
  "gke-l7-gxlb": "global",
  "gke-l7-regional-external-managed": "regional",
  "gke-l7-rilb": "regional",
};

const BalancerKind = {
  Address: "address",
  /** VPC addresses reserved for Google's services: not for a load balancer, but looked up in the same way. */
  Range: "allocated range",
  SslPolicy: "SSL policy",
  ArmorPolicy: "Cloud Armor policy",
} as const;
type BalancerKind = (typeof BalancerKind)[keyof typeof BalancerKind];

/** Compute Engine API collection, gcloud group, and the gcloud flags that creating one needs besides a name. */
const collections: Readonly<Record<BalancerKind, readonly [api: string, group: string, flags: string]>> = {
  address: ["addresses", "addresses", ""],
  "allocated range": ["addresses", "addresses", " --purpose VPC_PEERING --prefix-length 16 --network <network>"],
  "SSL policy": ["sslPolicies", "ssl-policies", " --profile MODERN --min-tls-version 1.2"],
  "Cloud Armor policy": ["securityPolicies", "security-policies", ""],
};

export interface BalancerPart {
  readonly kind: BalancerKind;
  readonly name: string;
  /** Class of the Gateway; undefined for a Gateway made elsewhere. */
  readonly className: string | undefined;
}

/** Project and region, for URLs of Compute Engine's API and gcloud commands. */
export interface Place {
  readonly project: string;
  /** The cluster's region. */
  readonly region: string;
}

type Spec = Readonly<Record<string, unknown>>;
type Object = KubernetesObject & { readonly spec?: Spec };

/** Each once, sorted by kind and name. */
export function balancerParts(declared: readonly Declared[]): readonly BalancerPart[] {
  const objects: readonly Object[] = declared.filter(isKubernetesObject).map(kubernetesObject);
  const parts = new Map(
    objects.flatMap((object) => partsOf(object, objects)).map((part) => [Object.values(part).join("/"), part]),
  );
  return [...parts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, part]) => part);
}

function partsOf(object: Object, objects: readonly Object[]): readonly BalancerPart[] {
  const spec = object.spec ?? {};
  const settings = (spec["default"] ?? {}) as { readonly sslPolicy?: string; readonly securityPolicy?: string };
  const target = (spec["targetRef"] ?? {}) as { readonly name?: string };
  switch (object.kind) {
    case "Gateway": {
      const className = String(spec["gatewayClassName"]);
      const addresses = (spec["addresses"] ?? []) as readonly { readonly type: string; readonly value: string }[];
      if (!isGoogle(className)) return [];
      return addresses
        .filter(({ type }) => type === "NamedAddress")
        .map(({ value }) => ({ kind: BalancerKind.Address, name: value, className }));
    }
    case "GCPGatewayPolicy": {
      const className = classOf(object, target.name, objects);
      return settings.sslPolicy === undefined
        ? []
        : [{ kind: BalancerKind.SslPolicy, name: settings.sslPolicy, className }];
    }
    case "GCPBackendPolicy": {
      const className = classOf(object, gatewayBefore(object, target.name, objects), objects);
      return settings.securityPolicy === undefined
        ? []
        : [{ kind: BalancerKind.ArmorPolicy, name: settings.securityPolicy, className }];
    }
    default:
      return [];
  }
}

function beside({ metadata }: Object, kind: string, objects: readonly Object[]): readonly Object[] {
  return objects.filter((other) => other.kind === kind && other.metadata.namespace === metadata.namespace);
}

function classOf(object: Object, gateway: string | undefined, objects: readonly Object[]): string | undefined {
  const found = beside(object, "Gateway", objects).find(({ metadata }) => metadata.name === gateway);
  return found === undefined ? undefined : String(found.spec?.["gatewayClassName"]);
}

/** Name of the Gateway whose route leads to a Service. */
function gatewayBefore(object: Object, service: string | undefined, objects: readonly Object[]): string | undefined {
  const routes = beside(object, "HTTPRoute", objects).map(({ spec = {} }) => spec as unknown as Route);
  const leading = routes.find(({ rules = [] }) =>
    rules.some(({ backendRefs = [] }) => backendRefs.some(({ name }) => name === service)),
  );
  return leading?.parentRefs?.find(({ namespace }) => namespace === undefined)?.name;
}

interface Route {
  readonly parentRefs?: readonly { readonly name: string; readonly namespace?: string }[];
  readonly rules?: readonly { readonly backendRefs?: readonly { readonly name: string }[] }[];
}

export function title({ kind, name }: BalancerPart): string {
  return `${kind} ${name}`;
}

/** Undefined for objects of a Gateway made elsewhere. */
export function scopeOf({ className }: BalancerPart): Scope | undefined {
  return className === undefined ? undefined : scopes[className as GoogleClass];
}

/** Path below Compute Engine's API. */
export function partPath({ kind, name }: BalancerPart, scope: Scope, { project, region }: Place): string {
  const where = scope === "global" ? "global" : `regions/${region}`;
  return `/projects/${project}/${where}/${collections[kind][0]}/${name}`;
}

export function describeCommand({ kind, name }: BalancerPart, scope: Scope, place: Place): string {
  return `gcloud compute ${collections[kind][1]} describe ${name}${flags(scope, place)}`;
}

export function createCommand({ kind, name, className }: BalancerPart, scope: Scope, place: Place): string {
  const [, group, own] = collections[kind];
  const inside = kind === BalancerKind.Address && className === internalGoogleClass ? " --subnet <subnet>" : "";
  return `gcloud compute ${group} create ${name}${own}${inside}${flags(scope, place)}`;
}

function flags(scope: Scope, { project, region }: Place): string {
  return `${scope === "global" ? " --global" : ` --region ${region}`} --project ${project}`;
}
