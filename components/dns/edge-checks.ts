/** Checks a site against the limits of Cloudflare's edge, before a visitor hits them. */
import { longestRequest, megabyte } from "../../ckan/uploads.ts";
import type { Mistake } from "../../config/mistakes.ts";
import type { Instance } from "../site/settings.ts";
import { planLimits } from "./plans.ts";
import type { CloudflareDns, ZoneSettings } from "./settings.ts";

/** Checks the upload limit against the plan, and the unproxied name for larger uploads. */
export function uploadMistakes(
  { ckan, web, exposure }: Instance,
  { proxied, editorsHost }: CloudflareDns,
  { plan }: ZoneSettings,
  at: (key: string) => string,
): readonly Mistake[] {
  const longest = planLimits[plan].requestBytes;
  if (editorsHost === undefined) {
    if (!proxied || longestRequest(ckan.maximumUploadMegabytes) <= longest) return [];
    const most = Math.floor(longest / megabyte) - 1;
    const expected =
      `expected at most ${most} while Cloudflare stands in front: on the plan ${plan} it refuses requests beyond ` +
      `${longest / 1_000_000} MB; or ${at("dns.editorsHost")}, a name for larger ones; or dns.proxied: false`;
    return [{ key: at("ckan.maximumUploadMegabytes"), expected, found: ckan.maximumUploadMegabytes }];
  }
  const key = at("dns.editorsHost");
  if (!proxied) return [{ key, expected: "expected nothing here: without proxied, host takes all uploads itself" }];
  if (exposure.kind === "node-port") {
    return [{ key, expected: "expected nothing here: exposure node-port has no https, by which people log in" }];
  }
  if (web.trustedProxies.length > 0) return [];
  const expected = `expected whoever stands in front of the pods, such as a load balancer's network: on ${key} nginx alone limits what one address asks for`;
  return [{ key: at("web.trustedProxies"), expected }];
}

/** Names deeper than Cloudflare's Universal SSL certificate covers: the zone and one label below it (Universal SSL, "Limitations"). */
export function certificateMistakes(
  { key, a, found }: { readonly key: string; readonly a: string; readonly found: string },
  zone: string,
): readonly Mistake[] {
  const labels = found.slice(0, -zone.length).split(".").length - 1;
  if (labels <= 1) return [];
  const flat = `${found.slice(0, -zone.length - 1).replaceAll(".", "-")}.${zone}`;
  const expected = `expected ${a} of one label below ${zone} such as ${flat}, which Cloudflare's certificate covers; or cloudflare.edgeCertificates: total-tls, which needs an add-on`;
  return [{ key, expected, found }];
}
