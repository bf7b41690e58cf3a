/** Rules about access: credentials, permissions and reachability. */
import { type Change, Operation, type Properties } from "../changes.ts";
import { type PropertyChange, written } from "../difference.ts";
import { masked } from "../mask.ts";
import { kindOf } from "../place.ts";
import { type Risk, RiskClass } from "../risk.ts";
import { sides } from "./data.ts";

/** Kinds of keys, each of which is a credential itself. */
const keys = /^(?:HmacKey|Key|AccessKey|ServiceAccountKey)$/;

/** Kinds that grant permissions. */
const grants =
  /^(?:\w*IAMMember|\w*IAMBinding|\w*IAMPolicy|RoleBinding|ClusterRoleBinding|Role|ClusterRole|Grant|BucketACL|DefaultObjectACL|BucketAccessControl)$/;

/** Properties of pods, buckets and servers that decide about their permissions or reachability. */
const rights =
  /(?:^|\.|\])(?:securityContext|hostNetwork|hostPID|hostIPC|hostPath|serviceAccountName|automountServiceAccountToken|publicAccessPrevention|uniformBucketLevelAccess|authorizedNetworks|ipv4Enabled|sslMode)\b/;

const podSecurity = /labels\["pod-security\.kubernetes\.io\/[\w-]+"\]$/;

/** Kinds that route requests to a site or filter them. */
const leading =
  /^(?:DnsRecord|Record|Ruleset|ZoneSetting|TotalTls|Gateway|HTTPRoute|Ingress|Route|Certificate|ReferenceGrant|GCPGatewayPolicy|GCPBackendPolicy|HealthCheckPolicy)$/;

/** Kinds of a Cloudflare zone. */
const zoneWords: Readonly<Record<string, string>> = {
  DnsRecord: "a name",
  Record: "a name",
  Ruleset: "rules of the zone",
  ZoneSetting: "how the zone speaks TLS",
  TotalTls: "certificates of the zone",
};

/** The most flows in one finding; its properties show the rest. */
const mostFlows = 5;

export function credentials(change: Change): Risk | undefined {
  const text = credentialsText(change);
  return text === undefined ? undefined : { class: RiskClass.Credentials, text };
}

/** Settings of CKAN's authorization. */
const authorization = /^[+-]\s*(ckan\.auth\.[\w.]+\s*=.*)$/;

function credentialsText(change: Change): string | undefined {
  const { operation, type, properties, site } = change;
  if (site !== "kept") return undefined;
  const kind = kindOf(type);
  if (keys.test(kind)) {
    if (operation === Operation.Created) return "a key is made";
    if (operation === Operation.Deleted) return "a key ends: whoever still uses it is refused";
    return operation === Operation.Replaced ? "a key ends and another is made" : undefined;
  }
  const touched = properties.filter(
    (change) => change.kind === "value" && (change.old === masked || change.next === masked),
  );
  if (kind === "Secret") {
    if (operation === Operation.Created) return "a Secret is made";
    if (operation === Operation.Deleted) return "a Secret ends: whoever still uses it is refused";
    if (operation === Operation.Replaced) return "a Secret gets another content";
    // The engine masks the whole content, so old and new look the same; only the name, which contains its hash, differs.
    const renewed = operation === Operation.Updated && nameIn(change.old) !== nameIn(change.next);
    return renewed || touched.length > 0 ? "a Secret gets another content" : undefined;
  }
  if (operation === Operation.Updated && properties.length === 0 && kind === "User")
    return "a password becomes another";
  return touched.length > 0 ? `a credential changes (${touched.map(({ path }) => path).join(", ")})` : undefined;
}

function nameIn(properties: Properties | undefined): unknown {
  return (properties?.["metadata"] as Properties | undefined)?.["name"];
}

export function permissions(change: Change): Risk | undefined {
  const text = permissionText(change);
  return text === undefined ? undefined : { class: RiskClass.Permissions, text };
}

function permissionText(change: Change): string | undefined {
  const { operation, type, properties, site } = change;
  const kind = kindOf(type);
  const settings = properties
    .flatMap((change) => (change.kind === "text" ? change.lines : []))
    .filter((line) => authorization.test(line));
  if (settings.length > 0) return `CKAN's own rights: ${settings.map((line) => `\`${line}\``).join(", ")}`;
  if (grants.test(kind)) {
    if (operation === Operation.Deleted || operation === Operation.Guarded) return undefined;
    return properties.length > 0 || operation !== Operation.Updated ? grantText(change.next) : undefined;
  }
  if (kind === "NetworkPolicy") return site === "kept" ? networkText(change) : undefined;
  const security = properties.filter(({ path }) => podSecurity.test(path));
  if (security.length > 0) return security.map((property) => `\`${property.path}\` ${sides(property)}`).join(", ");
  const touched =
    operation === Operation.Updated || operation === Operation.Replaced
      ? properties.filter(({ path }) => rights.test(path))
      : [];
  return touched.length > 0
    ? touched.map((property) => `\`${property.path}\` ${sides(property)}`).join(", ")
    : undefined;
}

function grantText(next: Properties | undefined): string {
  const [role, member] = ["role", "member"].map((key) => next?.[key]);
  if (typeof role !== "string") return "rights are given";
  return `${typeof member === "string" ? `\`${member}\`` : "somebody"} gets \`${role}\``;
}

/**
 * Policies only allow, and pods that no policy selects are open in that direction. So new rules widen access, and so does removing a
 * default-deny.
 */
function networkText({ operation, old, next }: Change): string | undefined {
  const [before, after] = [flows(old), flows(next)];
  if (operation === Operation.Deleted)
    return before.length === 0 ? "pods without a policy of their own may talk to everybody" : undefined;
  const added = after.filter((flow) => !before.includes(flow));
  const shown = added.slice(0, mostFlows).join("; ");
  const more = added.length > mostFlows ? `; and ${added.length - mostFlows} more` : "";
  return added.length === 0 ? undefined : `the network lets more through: ${shown}${more}`;
}

function flows(policy: Properties | undefined): readonly string[] {
  const spec = (policy?.["spec"] ?? {}) as Readonly<Record<string, unknown>>;
  return (["ingress", "egress"] as const).flatMap((direction) => {
    const rules = (spec[direction] ?? []) as readonly Readonly<Record<string, unknown>>[];
    const peers = direction === "ingress" ? "from" : "to";
    return rules.map((rule) => `${direction} ${peers} ${peersText(rule[peers])} on ${portsText(rule["ports"])}`);
  });
}

function peersText(peers: unknown): string {
  return Array.isArray(peers) && peers.length > 0 ? peers.map(peerText).join(" or ") : "everybody";
}

/** A peer in words if it is one of ours, otherwise as written. */
function peerText(peer: Readonly<Record<string, unknown>>): string {
  const block = peer["ipBlock"] as { readonly cidr?: string; readonly except?: readonly string[] } | undefined;
  if (block !== undefined)
    return `\`${[block.cidr, ...(block.except ?? []).map((range) => `without ${range}`)].join(" ")}\``;
  const pods = peer["podSelector"] as { readonly matchLabels?: Readonly<Record<string, string>> } | undefined;
  const component = Object.entries(pods?.matchLabels ?? {}).find(([name]) => name.endsWith("/component"))?.[1];
  if (Object.keys(peer).length === 1 && component !== undefined) return `pods of ${component}`;
  return `\`${written(peer)}\``;
}

function portsText(ports: unknown): string {
  if (!Array.isArray(ports) || ports.length === 0) return "every port";
  return ports
    .map((port: Readonly<Record<string, unknown>>) => `${port["protocol"] ?? "TCP"} ${written(port["port"])}`)
    .join(", ");
}

export function exposure(change: Change): Risk | undefined {
  const text = exposureText(change);
  return text === undefined ? undefined : { class: RiskClass.Exposure, text };
}

function exposureText({ operation, type, properties, site }: Change): string | undefined {
  const kind = kindOf(type);
  const real = properties.filter(({ path }) => !/(?:^|\.)(?:labels|annotations)\b/.test(path));
  if (leading.test(kind)) {
    if (operation === Operation.Guarded || (operation === Operation.Updated && real.length === 0)) return undefined;
    const what = zoneWords[kind] ?? "the way to the site";
    return site === "kept" ? `${what}: ${kind} is ${operation}` : `${what}: with the site, ${kind} is ${operation}`;
  }
  const service = kind === "Service" ? real.filter(isOpening) : [];
  return service.length > 0
    ? service.map((property) => `\`${property.path}\` ${sides(property)}`).join(", ")
    : undefined;
}

function isOpening({ path }: PropertyChange): boolean {
  return /^spec\.(?:type|externalIPs|loadBalancer\w*|externalTrafficPolicy)\b|nodePort$/.test(path);
}
