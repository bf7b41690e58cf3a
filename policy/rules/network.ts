/** Reachability of workloads, and the names that they are reached by. */
import { kindOf, namespaceOf, podOf } from "../kubernetes.ts";
import { type Context, Level, type Resource, type ResourceRule, type StackRule } from "../rule.ts";
import { RuleName } from "../rule-names.ts";
import { entries, list, read, texts, unknownValue } from "../values.ts";

export const defaultDeny: StackRule = {
  name: RuleName.DefaultDeny,
  level: Level.Mandatory,
  demand: "Every workload is in a namespace with a NetworkPolicy that denies everything by default.",
  reason: "without it every pod of the cluster may talk to the database, and an intruder's pod to everything",
  remedy:
    "declare in its namespace a NetworkPolicy with podSelector: {}, policyTypes: [Ingress, Egress] and no rules, and one that allows what the workload needs",
  checkStack: (resources) => {
    const denying = new Set(resources.filter(deniesAll).map(namespaceOf));
    return resources
      .filter((resource) => podOf(resource) !== undefined && namespaceOf(resource) !== unknownValue)
      .filter((resource) => !denying.has(namespaceOf(resource)))
      .map((resource) => ({
        resource,
        text: `nothing denies by default in the namespace ${String(namespaceOf(resource))}`,
      }));
  },
};

export const dnsNames: ResourceRule = {
  name: RuleName.DnsNames,
  level: Level.Mandatory,
  demand: "Names lie inside the stack's DNS zone.",
  reason: "a name in somebody else's zone never leads here, gets no certificate, or takes over what is theirs",
  remedy: "write a name of the zone, or name the zone in <project>:cloudflare or in the pack's settings",
  settings: {
    zones: {
      type: "array",
      items: { type: "string" },
      description: "Zones that names may lie in; default: the stack's",
    },
  },
  check: (resource, context) => {
    const zones = zonesOf(context);
    if (zones.length === 0) return [];
    return [...new Set(namesOf(resource))]
      .filter((name) => !isInside(name, zones))
      .map((name) => `${name} lies outside ${zones.join(" and ")}`);
  },
};

function deniesAll(resource: Resource): boolean {
  if (kindOf(resource) !== "NetworkPolicy") return false;
  const spec = read(resource.properties, "spec");
  const types = list(read(spec, "policyTypes"));
  const selector = ["matchLabels", "matchExpressions"].map((key) => read(spec, "podSelector", key));
  return (
    types.includes("Ingress") &&
    types.includes("Egress") &&
    selector.every((part) => list(part).length === 0 && entries(part).length === 0) &&
    list(read(spec, "ingress")).length === 0 &&
    list(read(spec, "egress")).length === 0
  );
}

function zonesOf({ settings, zone }: Context): readonly string[] {
  const named = texts(settings["zones"]);
  return named.length > 0 || zone === undefined ? named : [zone];
}

/** Every host name that a resource announces or serves. */
function namesOf(resource: Resource): readonly string[] {
  const { type, properties } = resource;
  if (/^(?:cloudflare:index\/(?:dnsRecord:DnsRecord|record:Record)|gcp:dns\/recordSet:RecordSet)$/.test(type)) {
    return texts(properties["name"]);
  }
  const spec = read(properties, "spec");
  const each = (key: string, ...path: readonly string[]) =>
    list(read(spec, key)).flatMap((item) => texts(read(item, ...path)));
  switch (kindOf(resource)) {
    case "Ingress":
      return [...each("rules", "host"), ...each("tls", "hosts")];
    case "Gateway":
      return each("listeners", "hostname");
    case "HTTPRoute":
    case "GRPCRoute":
    case "TLSRoute":
      return texts(read(spec, "hostnames"));
    case "Certificate":
      return texts(read(spec, "dnsNames"));
    case "Route":
      return texts(read(spec, "host"));
    default:
      return [];
  }
}

/** A name without a dot is relative to the Cloudflare zone; names of Services never leave the cluster. */
function isInside(name: string, zones: readonly string[]): boolean {
  const plain = name.toLowerCase().replace(/\.$/, "");
  if (!plain.includes(".") || /\.svc(?:\.cluster\.local)?$/.test(plain)) return true;
  return zones.some((zone) => plain === zone || plain.endsWith(`.${zone}`));
}
