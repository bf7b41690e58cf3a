/** What a stack declares in one zone of Cloudflare's: names of its sites, further records, and the rules that it owns. */
import * as pulumi from "@pulumi/pulumi";
import { checkedAmong } from "../../config/arguments.ts";
import type { Address } from "../exposure/address.ts";
import { cloudflare } from "../sdk.ts";
import { ZoneConflicts } from "./conflicts.ts";
import * as rules from "./rules.ts";
import {
  EdgeCertificates,
  type OwnedRuleset,
  type ZoneArgs,
  type ZoneRecord,
  type ZoneSettings,
  zoneSettings,
} from "./settings.ts";

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
  /** A further name that leads where the host leads, in front of which Cloudflare never stands. @default none */
  readonly editorsHost?: string | undefined;
  /** Further names, which Cloudflare itself redirects to `host`. */
  readonly redirects: readonly string[];
  /** Records of these names that exist were imported into the state: they are this stack's. @default false: they are an error */
  readonly adopt?: boolean;
  /** Whether its API has the action datastore_search_sql, which a rate limit is for then. @default false, as in CKAN */
  readonly sqlSearch?: boolean;
}

export interface CloudflareZoneArgs extends ZoneArgs {
  /** Who declares all this, such as `CKAN environment prod`: the comment of its records, by which it knows them. */
  readonly owner: string;
  readonly sites: readonly CloudflareSite[];
}

/** Cloudflare's word for "automatic". */
const automaticTtl = 1;

/**
 * Another type is another record for the provider, and one name cannot have both for a moment (API error 81053;
 * pulumi/pulumi-cloudflare#687, cloudflare/terraform-provider-cloudflare#6836).
 */
const oneAtATime: pulumi.CustomResourceOptions = { deleteBeforeReplace: true };

/** By Cloudflare's names of settings. Not HSTS: the sites say that themselves, and here it would bind names that are not theirs. */
const managedSettings = {
  /** Full (strict). Less, and Cloudflare asks by http, is led to https, and so on for ever; or talks to anybody. */
  ssl: "strict",
  min_tls_version: "1.2",
  always_use_https: "on",
  /** Cloudflare shows the origin a client certificate, for whoever wants to ask for it. */
  tls_client_auth: "on",
} as const;

/** Nobody listens there (RFC 6666): Cloudflare answers before it would ask. */
const nowhere: Address = { type: "AAAA", value: "100::" };

export class CloudflareZone extends pulumi.ComponentResource {
  readonly #conflicts: ZoneConflicts;

  constructor(name: string, args: CloudflareZoneArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const settings = checkedAmong(zoneSettings, args, name);
    super("ckan:index:CloudflareZone", name, {}, opts);
    this.#conflicts = new ZoneConflicts(this, name);
    const zoneId = settings.zoneId === undefined ? this.lookUp(settings.zone) : pulumi.output(settings.zoneId);
    for (const site of args.sites) this.site(zoneId, args.owner, site);
    for (const record of settings.records) this.record(zoneId, args.owner, record);
    this.tls(zoneId, settings);
    this.rulesets(zoneId, args, settings);
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
    const { instance, address, aliases = [], adopt = false, editorsHost } = site;
    const names = [
      ...[host, ...aliases].map((name) => ({ name, address, proxied, ttl })),
      ...(editorsHost === undefined ? [] : [{ name: editorsHost, address, proxied: false, ttl }]),
      ...redirects.map((name) => ({ name, address: nowhere, proxied: true, ttl: automaticTtl })),
    ];
    for (const { name, address, ...given } of names) {
      const resource = name === host ? instance : `${instance}-${name}`;
      const target = pulumi.output(address);
      new (cloudflare().DnsRecord)(
        resource,
        {
          zoneId,
          name: adopt ? name : this.#conflicts.freeName(zoneId, owner, name, resource),
          type: target.type,
          content: target.value,
          comment: owner,
          ...given,
        },
        { parent: this, ...oneAtATime, ...this.#conflicts.onlyNewRecord(resource) },
      );
    }
  }

  private record(zoneId: pulumi.Output<string>, owner: string, record: ZoneRecord): void {
    const { type, name } = record;
    const value = record.type === "CAA" ? `${record.tag}-${record.value}` : record.content;
    const resource = `${type.toLowerCase()}-${name}-${value}`;
    new (cloudflare().DnsRecord)(
      resource,
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
      { parent: this, ...oneAtATime, ...this.#conflicts.onlyNewRecord(resource) },
    );
  }

  /** How the whole zone speaks TLS, as far as the stack says. A destroy leaves it so. */
  private tls(zoneId: pulumi.Output<string>, { edgeCertificates, zoneSettings: managed }: ZoneSettings): void {
    if (edgeCertificates === EdgeCertificates.TotalTls) {
      // By name, so that CAA records can be written before.
      const settings = { zoneId, enabled: true, certificateAuthority: "lets_encrypt" };
      new (cloudflare().TotalTls)("total-tls", settings, { parent: this });
    }
    if (managed === undefined) return;
    for (const [settingId, value] of Object.entries(managedSettings)) {
      new (cloudflare().ZoneSetting)(settingId, { zoneId, settingId, value }, { parent: this });
    }
  }

  private rulesets(zoneId: pulumi.Output<string>, { sites, owner }: CloudflareZoneArgs, settings: ZoneSettings): void {
    const { plan, rulesets } = settings;
    const freeSql = sites.some(({ sqlSearch }) => sqlSearch);
    const rateLimits = rules.chosenRateLimits(plan, settings.rateLimits, freeSql);
    const proxied = sites.filter((site) => site.proxied);
    const hosts = proxied.flatMap(({ host, aliases = [] }) => [host, ...aliases]);
    const redirects = new Map(sites.flatMap(({ host, redirects }) => redirects.map((from) => [from, host] as const)));
    const phases: Readonly<Record<OwnedRuleset, readonly [phase: string, rules: readonly rules.Rule[]]>> = {
      "rate-limits": ["http_ratelimit", rules.rateLimitRules(hosts, plan, rateLimits)],
      cache: ["http_request_cache_settings", rules.cacheRules(hosts)],
      firewall: ["http_request_firewall_custom", rules.firewallRules(hosts)],
      redirects: ["http_request_dynamic_redirect", rules.redirectRules(redirects)],
    };
    for (const name of rulesets) {
      const [phase, list] = phases[name];
      new (cloudflare().Ruleset)(
        name,
        { zoneId, name: `CKAN: ${name}`, description: owner, kind: "zone", phase, rules: [...list] },
        // Another name would be another ruleset for the provider, while the phase has room for one: what is taken over keeps its own.
        { parent: this, ignoreChanges: ["name"], ...this.#conflicts.onlyInFreePhase(name, phase) },
      );
    }
  }
}
