/** What a stack declares in one zone of Cloudflare's: names of its sites, further records, and the rules that it owns. */
// Not the package's index: it loads 1,250 kinds of resources, 150 ms; these take 8.
import * as pulumi from "@pulumi/pulumi";
import type { Address } from "./address.ts";
import type { Plan } from "./manifests/cloudflare-plans.ts";
import * as rules from "./manifests/cloudflare-rules.ts";
import { refusal } from "./refusal.ts";
import { cloudflare } from "./sdk.ts";

/** Phases of a zone that a stack may own. A ruleset replaces every rule of its phase, whoever made it. */
export const OwnedRuleset = {
  RateLimits: "rate-limits",
  Cache: "cache",
  Firewall: "firewall",
  Redirects: "redirects",
} as const;
export type OwnedRuleset = (typeof OwnedRuleset)[keyof typeof OwnedRuleset];

export interface CloudflareSite {
  /** Name of the CKAN instance. */
  readonly instance: string;
  /** Name under which the site is reached. */
  readonly host: string;
  /** Where it leads. */
  readonly address: pulumi.Input<Address>;
  /** Whether Cloudflare stands in between; its rules are for these sites only. */
  readonly proxied: boolean;
  /** Seconds that resolvers may keep the record. @default Cloudflare's choice, which a proxied record always has */
  readonly ttl?: number | undefined;
  /** Further names of the site, which lead where the host leads. @default none */
  readonly aliases?: readonly string[];
  /** Further names, which Cloudflare itself redirects to `host`. */
  readonly redirects: readonly string[];
  /** Records of these names that exist were imported into the state: they are this stack's. @default false: they are an error */
  readonly adopt?: boolean;
}

/** A record beside those of the sites. */
export type ZoneRecord =
  | { readonly type: "CAA"; readonly name: string; readonly tag: string; readonly value: string }
  | { readonly type: "TXT"; readonly name: string; readonly content: string };

export interface CloudflareZoneArgs {
  /** Name of the zone. */
  readonly zone: string;
  /** Its id. @default asked for by the name */
  readonly zoneId?: string | undefined;
  readonly plan: Plan;
  /** Who declares all this, such as `CKAN environment prod`: the comment of its records, by which it knows them. */
  readonly owner: string;
  readonly sites: readonly CloudflareSite[];
  readonly records: readonly ZoneRecord[];
  readonly owned: readonly OwnedRuleset[];
  readonly rateLimits: Readonly<Partial<Record<rules.RateLimited, rules.RateLimit>>>;
}

/** Cloudflare's word for "automatic". */
const automaticTtl = 1;

/** Nobody listens there (RFC 6666): Cloudflare answers before it would ask. */
const nowhere: Address = { type: "AAAA", value: "100::" };

export class CloudflareZone extends pulumi.ComponentResource {
  readonly #name: string;

  constructor(name: string, args: CloudflareZoneArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ckan:index:CloudflareZone", name, {}, opts);
    this.#name = name;
    const zoneId = args.zoneId === undefined ? this.lookUp(args.zone) : pulumi.output(args.zoneId);
    for (const site of args.sites) this.site(zoneId, args.owner, site);
    for (const record of args.records) this.record(zoneId, args.owner, record);
    this.rulesets(zoneId, args);
    this.registerOutputs();
  }

  private lookUp(zone: string): pulumi.Output<string> {
    return cloudflare().getZoneOutput({ filter: { name: zone } }, { parent: this }).zoneId;
  }

  /** The name of a site, and those that are redirected to it. */
  private site(
    zoneId: pulumi.Output<string>,
    owner: string,
    { host, proxied, ttl = automaticTtl, redirects, ...site }: CloudflareSite,
  ) {
    const { instance, address, aliases = [], adopt = false } = site;
    const names = [
      ...[host, ...aliases].map((name) => ({ name, address, proxied, ttl })),
      ...redirects.map((name) => ({ name, address: nowhere, proxied: true, ttl: automaticTtl })),
    ];
    for (const { name, address, ...given } of names) {
      const resource = name === host ? instance : `${instance}-${name}`;
      const target = pulumi.output(address);
      new (cloudflare().DnsRecord)(
        resource,
        {
          zoneId,
          name: adopt ? name : this.free(zoneId, owner, name, resource),
          type: target.type,
          content: target.value,
          comment: owner,
          ...given,
        },
        { parent: this },
      );
    }
  }

  /** The name, once it is known that nobody else's records have it. */
  private free(zoneId: pulumi.Output<string>, owner: string, name: string, resource: string): pulumi.Output<string> {
    const { results } = cloudflare().getDnsRecordsOutput({ zoneId, name: { exact: name } }, { parent: this });
    return pulumi.all([results, zoneId]).apply(([records, zone]) => {
      const foreign = records.filter(({ type, comment }) => ["A", "AAAA", "CNAME"].includes(type) && comment !== owner);
      if (foreign.length === 0) return name;
      const found = foreign.map(({ type, content }) => `${type} ${content}`).join(", ");
      const [first] = foreign;
      throw refusal(
        `${name} has records that this stack did not make: ${found}.\n` +
          `Delete them at Cloudflare; or take over the first: write this to import.json\n  ${importOf(this.#name, resource, `${zone}/${first?.id}`)}\n` +
          "run `pulumi import --file import.json --protect=false --generate-code=false`, and write `adopt: true` below `dns` of the instance.",
      );
    });
  }

  private record(zoneId: pulumi.Output<string>, owner: string, record: ZoneRecord): void {
    const { type, name } = record;
    const value = record.type === "CAA" ? `${record.tag}-${record.value}` : record.content;
    new (cloudflare().DnsRecord)(
      `${type.toLowerCase()}-${name}-${value}`,
      {
        zoneId,
        name,
        type,
        ttl: automaticTtl,
        comment: owner,
        ...(record.type === "CAA"
          ? { data: { flags: 0, tag: record.tag, value: record.value } }
          : // Cloudflare keeps what stands between quotes, and adds them itself otherwise: a difference for ever.
            { content: JSON.stringify(record.content) }),
      },
      { parent: this },
    );
  }

  private rulesets(zoneId: pulumi.Output<string>, args: CloudflareZoneArgs): void {
    const { sites, plan, owner, owned, rateLimits } = args;
    const proxied = sites.filter((site) => site.proxied);
    const hosts = proxied.flatMap(({ host, aliases = [] }) => [host, ...aliases]);
    const redirects = new Map(sites.flatMap(({ host, redirects }) => redirects.map((from) => [from, host] as const)));
    const phases: Readonly<Record<OwnedRuleset, readonly [phase: string, rules: readonly rules.Rule[]]>> = {
      "rate-limits": ["http_ratelimit", rules.rateLimitRules(hosts, plan, rateLimits)],
      cache: ["http_request_cache_settings", rules.cacheRules(hosts)],
      firewall: ["http_request_firewall_custom", rules.firewallRules(hosts)],
      redirects: ["http_request_dynamic_redirect", rules.redirectRules(redirects)],
    };
    for (const name of owned) {
      const [phase, rules] = phases[name];
      new (cloudflare().Ruleset)(
        name,
        { zoneId, name: `CKAN: ${name}`, description: owner, kind: "zone", phase, rules: [...rules] },
        { parent: this },
      );
    }
  }
}

/** Pulumi's own format: the record has to come to its place below the component. */
function importOf(component: string, name: string, id: string): string {
  const parent = { type: "ckan:index:CloudflareZone", name: component, component: true };
  const record = { type: "cloudflare:index/dnsRecord:DnsRecord", name, id, parent: component };
  return JSON.stringify({ resources: [parent, record] });
}
