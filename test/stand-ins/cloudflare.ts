/** Stands in for Cloudflare's provider: zones, records, rulesets and settings, with the refusals that its API is known for. */
import { type Plan, planLimits } from "../../components/manifests/cloudflare-plans.ts";
import { recordFailures, rulesetFailures } from "./cloudflare-values.ts";
import { type Behaviour, type Inputs, type Kept, StandIn, serve } from "./stand-in.ts";

const record = "cloudflare:index/dnsRecord:DnsRecord";
const ruleset = "cloudflare:index/ruleset:Ruleset";
const addresses = ["A", "AAAA", "CNAME"];

const behaviour: Behaviour = {
  sdk: "@pulumi/cloudflare",
  modules: ["dnsRecord", "ruleset", "totalTls", "zoneSetting"],
  replacing: { [record]: ["zoneId", "type"], [ruleset]: ["zoneId", "phase", "kind", "name"] },
  createsBeforeDeleting: true,

  check: (type, inputs) => {
    if (type === record) return recordFailures(inputs);
    return type === ruleset ? rulesetFailures(inputs) : [];
  },

  admit: (type, inputs, others, facts) => {
    const sameType = others.filter((one) => one.type === type);
    if (type === record) admitRecord(inputs, sameType);
    if (type === ruleset) admitRuleset(inputs, sameType, facts as unknown as Facts);
  },

  outputs: (type, id) =>
    type === record
      ? { id, createdOn: "2026-01-01T00:00:00Z", modifiedOn: "2026-01-01T00:00:00Z", proxiable: true, meta: "{}" }
      : { id, version: "1", lastUpdated: "2026-01-01T00:00:00Z" },

  invoke: (token, inputs, { resources, facts }) => {
    switch (token) {
      case "cloudflare:index/getZone:getZone":
        return findZone((inputs as { filter?: { name?: string } }).filter?.name ?? "", facts as unknown as Facts);
      case "cloudflare:index/getDnsRecords:getDnsRecords":
        return { ...inputs, results: findRecords(inputs, resources) };
      case "cloudflare:index/getRulesets:getRulesets":
        return { ...inputs, rulesets: findRulesets(inputs, resources) };
      default:
        throw new Error(`${token} is not played`);
    }
  },
};

interface DnsRecord {
  readonly zoneId: string;
  readonly name: string;
  readonly type: string;
  readonly proxied: boolean;
  readonly ttl: number;
}

interface Ruleset {
  readonly zoneId: string;
  readonly phase: string;
  readonly rules: readonly { readonly ratelimit: { readonly period: number; readonly mitigationTimeout: number } }[];
}

/** What a test says about the account. */
export interface Facts {
  /** Ids of zones by their names. */
  readonly zones: Readonly<Record<string, string>>;
  /** Plans by the ids of zones. */
  readonly plans: Readonly<Record<string, Plan>>;
}

function findZone(name: string, { zones }: Facts) {
  const id = zones[name];
  if (id === undefined) throw new Error(`failed to find exactly one result: zone ${name}`);
  return { id, zoneId: id, name };
}

function findRecords(inputs: Inputs, resources: readonly Kept[]) {
  const { zoneId, name } = inputs as { zoneId: string; name: { exact: string } };
  return resources
    .filter((one) => one.type === record && one.inputs["zoneId"] === zoneId && one.inputs["name"] === name.exact)
    .map(({ id, inputs }) => ({ comment: "", ...inputs, id }));
}

/** Without their rules, as the API lists them; what Cloudflare itself manages is in every zone's list. */
function findRulesets(inputs: Inputs, resources: readonly Kept[]) {
  const managed = { id: "e".repeat(32), name: "DDoS", kind: "managed", phase: "ddos_l7" };
  const own = resources.filter((one) => one.type === ruleset && one.inputs["zoneId"] === inputs["zoneId"]);
  return [managed, ...own.map(({ id, inputs: { rules: _, ...rest } }) => ({ description: "", ...rest, id }))];
}

/** API errors 81053 and 81058, and a TTL that only the API refuses. */
function admitRecord(inputs: Inputs, others: readonly Kept[]): void {
  const { zoneId, name, type, proxied, ttl } = inputs as unknown as DnsRecord;
  if (proxied === true && ttl !== 1) throw new Error("ttl must be set to 1 when `proxied` is true");
  const sameName = others.filter((one) => one.inputs["zoneId"] === zoneId && one.inputs["name"] === name);
  const takes = (other: unknown) =>
    addresses.includes(type) &&
    addresses.includes(String(other)) &&
    (type === "CNAME" || other === "CNAME" || type === other);
  if (sameName.some((one) => takes(one.inputs["type"]))) {
    throw new Error("81053: An A, AAAA, or CNAME record with that host already exists.");
  }
  if (sameName.some((one) => JSON.stringify(one.inputs) === JSON.stringify(inputs))) {
    throw new Error("81058: An identical record already exists.");
  }
}

function admitRuleset(inputs: Inputs, others: readonly Kept[], { plans }: Facts): void {
  const { zoneId, phase, rules } = inputs as unknown as Ruleset;
  if (others.some((one) => one.inputs["zoneId"] === zoneId && one.inputs["phase"] === phase)) {
    throw new Error(
      `20217: 'zone' is not a valid value for kind because exceeded maximum number of zone rulesets for phase ${phase}`,
    );
  }
  if (phase !== "http_ratelimit") return;
  const allowed = planLimits[plans[zoneId] ?? "free"];
  if (rules.length > allowed.rules) {
    throw new Error(`exceeded maximum number of rules in the phase ${phase}: ${rules.length} out of ${allowed.rules}`);
  }
  for (const { ratelimit } of rules) {
    const { period, mitigationTimeout } = ratelimit;
    if (!allowed.periods.includes(period)) throw new Error(`not entitled: the use of period ${period} is not allowed`);
    if (!allowed.timeouts.includes(mitigationTimeout)) {
      throw new Error(`not entitled: the use of mitigation_timeout ${mitigationTimeout} is not allowed`);
    }
  }
}

serve(new StandIn("6.22.1", behaviour));
