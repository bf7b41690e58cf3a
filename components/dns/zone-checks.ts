/** Checks of a stack file's Cloudflare zone against the names of its sites. */

import type { Mistake } from "../../config/mistakes.ts";
import type { Instance } from "../site/settings.ts";
import { certificateMistakes, uploadMistakes } from "./edge-checks.ts";
import { planLimits } from "./plans.ts";
import { canLimit, RateLimited } from "./rules.ts";
import type { CloudflareDns, ZoneSettings } from "./settings.ts";

type Named = readonly [name: string, instance: Instance];

/** Kinds of exposure whose address the cluster reports. */
const addressed: readonly string[] = ["gateway", "ingress", "route"];

/** `complete`: all instances could be read. Otherwise an unreadable one may be the reason for a ruleset. */
export function cloudflareMistakes(
  zone: ZoneSettings | undefined,
  instances: Readonly<Record<string, Instance>>,
  complete: boolean,
): readonly Mistake[] {
  const sites = Object.entries(instances).filter(([, { dns }]) => dns.kind === "cloudflare");
  return [
    ...sites.flatMap((site) => siteMistakes(site, zone)),
    ...(zone === undefined
      ? []
      : [...recordMistakes(zone), ...rateLimitMistakes(zone), ...(complete ? rulesetMistakes(zone, sites) : [])]),
  ];
}

function siteMistakes([name, instance]: Named, zone: ZoneSettings | undefined): readonly Mistake[] {
  const { dns, exposure } = instance;
  if (dns.kind !== "cloudflare") return [];
  const at = (key: string) => `instances.${name}.${key}`;
  if (zone === undefined) {
    return [{ key: "cloudflare", expected: `expected the zone and its plan: ${at("dns")} needs them` }];
  }
  const mistakes = [...nameMistakes(instance, dns, zone, at), ...uploadMistakes(instance, dns, zone, at)];
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

/** Each name must lie in the zone and, when proxied, be covered by a certificate of Cloudflare's. */
function nameMistakes(
  { host, aliases }: Instance,
  dns: CloudflareDns,
  { zone, edgeCertificates }: ZoneSettings,
  at: (key: string) => string,
): readonly Mistake[] {
  const names = [
    { key: at("host"), a: "a name", found: host, proxied: dns.proxied },
    ...aliases.map((found) => ({ key: at("aliases"), a: "names", found, proxied: dns.proxied })),
    ...dns.redirects.map((found) => ({ key: at("dns.redirects"), a: "names", found, proxied: true })),
    ...(dns.editorsHost === undefined
      ? []
      : [{ key: at("dns.editorsHost"), a: "a name", found: dns.editorsHost, proxied: false }]),
  ];
  return names.flatMap(({ key, a, found, proxied }) => {
    if (!isInZone(found, zone)) return [{ key, expected: `expected ${a} in the zone ${zone}`, found }];
    return proxied && edgeCertificates === "universal" ? certificateMistakes({ key, a, found }, zone) : [];
  });
}

function recordMistakes({ zone, records }: ZoneSettings): readonly Mistake[] {
  return records
    .map(({ name }, index) => ({ key: `cloudflare.records.${index}.name`, name }))
    .filter(({ name }) => !isInZone(name, zone))
    .map(({ key, name }) => ({ key, expected: `expected a name in the zone ${zone}`, found: name }));
}

function rateLimitMistakes({ plan, rateLimits }: ZoneSettings): readonly Mistake[] {
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

function rulesetMistakes({ rulesets }: ZoneSettings, sites: readonly Named[]): readonly Mistake[] {
  if (rulesets.length === 0) return [];
  if (sites.some(([, { dns }]) => dns.kind === "cloudflare" && dns.proxied)) return [];
  const expected = "expected none: no instance has dns with proxied, and rules are for those only";
  return [{ key: "cloudflare.rulesets", expected, found: rulesets }];
}

function isInZone(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}
