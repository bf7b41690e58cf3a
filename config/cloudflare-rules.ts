/** Rules between what a stack file says about Cloudflare's zone and about the names of its sites. */
import { planLimits } from "../components/manifests/cloudflare-plans.ts";
import { canLimit, RateLimited } from "../components/manifests/cloudflare-rules.ts";
import type { CloudflareSettings } from "./cloudflare.ts";
import type { Instance } from "./instance.ts";
import type { Mistake } from "./mistakes.ts";

type Named = readonly [name: string, instance: Instance];

/** Kinds of exposure whose address the cluster tells. */
const addressed: readonly string[] = ["gateway", "ingress", "route"];

export function cloudflareMistakes(
  zone: CloudflareSettings | undefined,
  instances: Readonly<Record<string, Instance>>,
): readonly Mistake[] {
  const sites = Object.entries(instances).filter(([, { dns }]) => dns.kind === "cloudflare");
  return [
    ...sites.flatMap((site) => siteMistakes(site, zone)),
    ...(zone === undefined
      ? []
      : [...recordMistakes(zone), ...rateLimitMistakes(zone), ...rulesetMistakes(zone, sites)]),
  ];
}

function siteMistakes(
  [name, { dns, host, aliases, exposure }]: Named,
  zone: CloudflareSettings | undefined,
): readonly Mistake[] {
  if (dns.kind !== "cloudflare") return [];
  const at = (key: string) => `instances.${name}.${key}`;
  if (zone === undefined) {
    return [{ key: "cloudflare", expected: `expected the zone and its plan: ${at("dns")} needs them` }];
  }
  const mistakes: Mistake[] = [];
  if (!isInZone(host, zone.zone)) {
    mistakes.push({ key: at("host"), expected: `expected a name in the zone ${zone.zone}`, found: host });
  }
  for (const alias of aliases.filter((name) => !isInZone(name, zone.zone))) {
    mistakes.push({ key: at("aliases"), expected: `expected names in the zone ${zone.zone}`, found: alias });
  }
  for (const redirect of dns.redirects.filter((name) => !isInZone(name, zone.zone))) {
    mistakes.push({ key: at("dns.redirects"), expected: `expected names in the zone ${zone.zone}`, found: redirect });
  }
  if (dns.redirects.length > 0 && !zone.rulesets.includes("redirects")) {
    mistakes.push({
      key: "cloudflare.rulesets",
      expected: `expected redirects among them: ${at("dns.redirects")} needs it`,
    });
  }
  if (dns.proxied && dns.ttl !== undefined) {
    const expected =
      "expected nothing here: Cloudflare chooses the TTL of what it stands in front of; or proxied: false";
    mistakes.push({ key: at("dns.ttl"), expected, found: dns.ttl });
  }
  if (dns.target === undefined && !addressed.includes(exposure.kind)) {
    const expected = `expected an IP address or a host name: exposure ${exposure.kind} has no address of its own`;
    mistakes.push({ key: at("dns.target"), expected });
  }
  return mistakes;
}

function recordMistakes({ zone, records }: CloudflareSettings): readonly Mistake[] {
  return records
    .map(({ name }, index) => ({ key: `cloudflare.records.${index}.name`, name }))
    .filter(({ name }) => !isInZone(name, zone))
    .map(({ key, name }) => ({ key, expected: `expected a name in the zone ${zone}`, found: name }));
}

function rateLimitMistakes({ plan, rateLimits }: CloudflareSettings): readonly Mistake[] {
  const { periods, timeouts, rules } = planLimits[plan];
  const mistakes: Mistake[] = [];
  const enabled = Object.values(RateLimited).filter((kind) => typeof rateLimits[kind] === "object");
  for (const kind of enabled) {
    const limit = rateLimits[kind];
    if (typeof limit !== "object") continue;
    const at = (key: string) => `cloudflare.rateLimits.${kind}${key}`;
    if (!canLimit(plan, kind)) {
      mistakes.push({
        key: at(""),
        expected: `expected nothing here: the plan ${plan} cannot tell these requests from others`,
      });
    }
    if (!periods.includes(limit.periodSeconds)) {
      const expected = `expected one of ${periods.join(", ")} on the plan ${plan}`;
      mistakes.push({ key: at(".periodSeconds"), expected, found: limit.periodSeconds });
    }
    if (!timeouts.includes(limit.blockSeconds)) {
      const expected = `expected one of ${timeouts.join(", ")} on the plan ${plan}`;
      mistakes.push({ key: at(".blockSeconds"), expected, found: limit.blockSeconds });
    }
  }
  if (enabled.length > rules) {
    mistakes.push({
      key: "cloudflare.rateLimits",
      expected: `expected at most ${rules} on the plan ${plan}`,
      found: enabled.join(", "),
    });
  }
  return mistakes;
}

function rulesetMistakes({ rulesets }: CloudflareSettings, sites: readonly Named[]): readonly Mistake[] {
  if (rulesets.length === 0) return [];
  if (sites.some(([, { dns }]) => dns.kind === "cloudflare" && dns.proxied)) return [];
  const expected = "expected none: no instance has dns with proxied, and rules are for those only";
  return [{ key: "cloudflare.rulesets", expected, found: rulesets }];
}

function isInZone(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}
