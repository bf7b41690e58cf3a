/** Rules on aliases: each name belongs to one site, in one role. */

import type { Mistake } from "../../config/mistakes.ts";
import type { Instance } from "./settings.ts";

export function aliasMistakes(instances: Readonly<Record<string, Instance>>): readonly Mistake[] {
  const entries = Object.entries(instances);
  const hosts = new Map(entries.map(([name, { host }]) => [host, name] as const));
  const seen = new Map<string, string>();
  return entries.flatMap(([name, { aliases, dns }]) => {
    const editors = dns.kind === "cloudflare" && dns.editorsHost !== undefined ? [dns.editorsHost] : [];
    const names = [...aliases.map((alias) => ["aliases", alias]), ...editors.map((host) => ["dns.editorsHost", host])];
    return names.flatMap(([setting, alias = ""]) => {
      const key = `instances.${name}.${setting}`;
      const holder = hosts.get(alias) ?? seen.get(alias);
      seen.set(alias, holder ?? name);
      if (holder !== undefined) {
        return [{ key, expected: `expected names of its own: ${holder} has it already`, found: alias }];
      }
      if (dns.kind !== "cloudflare" || !dns.redirects.includes(alias)) return [];
      return [{ key, expected: "expected names that dns.redirects does not have", found: alias }];
    });
  });
}
