/**
 * Stands in for Cloudflare's provider and for its API: zones, records, rulesets and settings, with the refusals that both are known for.
 * Where the real provider is found, it and the played API (cloudflare-api) take this one's place. It still differs in this: values
 * that the provider or the API completes, such as ids of rules, are not there; and a proxied record is refused another TTL in an update,
 * too, where the real provider asks the API, which keeps the automatic one without a word.
 */
import { type Plan, planLimits } from "../../components/dns/plans.ts";
import { recordFailures, rulesetFailures, totalTlsFailures } from "./cloudflare-values.ts";
import { type Behaviour, Fake, type Inputs, type Kept, serve } from "./provider.ts";

const record = "cloudflare:index/dnsRecord:DnsRecord";
const ruleset = "cloudflare:index/ruleset:Ruleset";
const setting = "cloudflare:index/zoneSetting:ZoneSetting";
const totalTls = "cloudflare:index/totalTls:TotalTls";
const addresses = ["A", "AAAA", "CNAME"];

const behaviour: Behaviour = {
  sdk: "@pulumi/cloudflare",
  modules: ["dnsRecord", "ruleset", "totalTls", "zoneSetting"],
  replacing: {
    [record]: ["zoneId", "type"],
    [ruleset]: ["zoneId", "phase", "kind", "name"],
    [setting]: ["zoneId", "settingId"],
    [totalTls]: ["zoneId"],
  },
  createsBeforeDeleting: true,
  lasting: [setting, totalTls],

  idOf: (type, { settingId, zoneId }) => {
    if (type === setting) return String(settingId);
    return type === totalTls ? String(zoneId) : undefined;
  },

  missing: (type) => {
    if (type === record) throw new Error("81044: Record does not exist.");
    if (type === ruleset) throw new Error("could not find ruleset");
  },

  perform: async ({ type, after }) => (type === record && after !== undefined ? completed(after) : undefined),

  check: (type, inputs) => {
    if (type === record) return recordFailures(inputs);
    if (type === ruleset) return rulesetFailures(inputs);
    return type === totalTls ? totalTlsFailures(inputs) : [];
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

/** The API reads back as content, too, what only data said. */
function completed({ data }: Inputs): Inputs | undefined {
  if (data === undefined) return undefined;
  const { flags, tag, value } = data as Inputs;
  return { content: `${flags} ${tag} "${value}"` };
}

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
    .map(({ id, inputs, found }) => ({ comment: "", ...inputs, ...found, id }));
}

/** Without their rules, as the API lists them; what Cloudflare itself manages is in every zone's list. */
function findRulesets(inputs: Inputs, resources: readonly Kept[]) {
  const managed = { id: "e".repeat(32), name: "DDoS", kind: "managed", phase: "ddos_l7" };
  const own = resources.filter((one) => one.type === ruleset && one.inputs["zoneId"] === inputs["zoneId"]);
  return [managed, ...own.map(({ id, inputs: { rules: _, ...rest } }) => ({ description: "", ...rest, id }))];
}

/** API errors 81053, 81054 and 81058 (cloudflare-api/records.ts), and a TTL that the provider refuses. */
function admitRecord(inputs: Inputs, others: readonly Kept[]): void {
  const { zoneId, name, type, proxied, ttl } = inputs as unknown as DnsRecord;
  if (!/^[0-9a-f]{32}$/.test(zoneId)) throw new Error(`7003: Could not route to /zones/${zoneId}/dns_records`);
  if (proxied === true && ttl !== 1) throw new Error("ttl must be set to 1 when `proxied` is true");
  const sameName = others.filter((one) => one.inputs["zoneId"] === zoneId && one.inputs["name"] === name);
  const types = sameName.map((one) => String(one.inputs["type"]));
  if (type === "CNAME" && types.some((other) => addresses.includes(other))) {
    throw new Error("81053: An A, AAAA, or CNAME record with that host already exists.");
  }
  if (addresses.includes(type) && types.includes("CNAME")) {
    throw new Error("81054: A CNAME record with that host already exists.");
  }
  const says = (one: Inputs) => JSON.stringify([one["type"], one["content"], one["data"]]);
  if (sameName.some((one) => says(one.inputs) === says(inputs))) {
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

serve(new Fake("6.22.1", behaviour));
