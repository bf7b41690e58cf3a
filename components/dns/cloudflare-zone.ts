/** The part of a Cloudflare zone that a stack declares: DNS names of its sites, further records, and the rulesets that it owns. */
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
  /** Host name of the site. */
  readonly host: string;
  /** Target of the record. */
  readonly address: pulumi.Input<Address>;
  /** Whether Cloudflare proxies the site; its rules apply to proxied sites only. */
  readonly proxied: boolean;
  /** TTL of the record in seconds. @default Cloudflare's choice, which always applies to a proxied record */
  readonly ttl?: number | undefined;
  /** Further host names of the site, with the same target. @default none */
  readonly aliases?: readonly string[];
  /** A further host name with the same target that is never proxied. @default none */
  readonly editorsHost?: string | undefined;
  /** Further host names that Cloudflare redirects to `host`. */
  readonly redirects: readonly string[];
  /** Existing records with these names were imported into the state and belong to this stack. @default false: they are an error */
  readonly adopt?: boolean;
  /** Whether the site's API has the action datastore_search_sql, which can then be rate-limited. @default false, as in CKAN */
  readonly sqlSearch?: boolean;
}

export interface CloudflareZoneArgs extends ZoneArgs {
  /** Owner of the records, such as `CKAN environment prod`. It is their comment and identifies them. */
  readonly owner: string;
  readonly sites: readonly CloudflareSite[];
}

/** Cloudflare's value for "automatic". */
const automaticTtl = 1;

/**
 * The provider replaces a record to change its type, and a name cannot have both types even for a moment (API error 81053;
 * pulumi/pulumi-cloudflare#687, cloudflare/terraform-provider-cloudflare#6836).
 */
const oneAtATime: pulumi.CustomResourceOptions = { deleteBeforeReplace: true };

/**
 * Keys are Cloudflare's setting ids. HSTS is left out: the sites send it themselves, and here it would apply to names outside the stack.
 */
const managedSettings = {
  /** Full (strict). With a weaker mode Cloudflare connects by http and gets redirected to https in a loop, or accepts any certificate. */
  ssl: "strict",
  min_tls_version: "1.2",
  always_use_https: "on",
  /** Cloudflare presents a client certificate, which the origin may verify. */
  tls_client_auth: "on",
} as const;

/** The discard address (RFC 6666): Cloudflare redirects before it would connect to the origin. */
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

  /** Records of a site's host name and of the names that redirect to it. */
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
          : // Cloudflare adds missing quotes to TXT content, which would be a permanent diff.
            { content: JSON.stringify(record.content) }),
      },
      { parent: this, ...oneAtATime, ...this.#conflicts.onlyNewRecord(resource) },
    );
  }

  /** TLS settings of the whole zone, where the stack file has some. A destroy leaves them unchanged. */
  private tls(zoneId: pulumi.Output<string>, { edgeCertificates, zoneSettings: managed }: ZoneSettings): void {
    if (edgeCertificates === EdgeCertificates.TotalTls) {
      // The CA is explicit, so that CAA records can be written beforehand.
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
        // A new name would make the provider replace the ruleset, and the phase has room for only one. An imported ruleset keeps its
        // name.
        { parent: this, ignoreChanges: ["name"], ...this.#conflicts.onlyInFreePhase(name, phase) },
      );
    }
  }
}
