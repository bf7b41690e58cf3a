/** Rules on further names of sites: each belongs to one site, in one role. */
import type { Instance } from "./instance.ts";
import type { Mistake } from "./mistakes.ts";

export function aliasMistakes(instances: Readonly<Record<string, Instance>>): readonly Mistake[] {
  const entries = Object.entries(instances);
  const hosts = new Map(entries.map(([name, { host }]) => [host, name] as const));
  const seen = new Map<string, string>();
  return entries.flatMap(([name, { aliases, dns }]) =>
    aliases.flatMap((alias) => {
      const key = `instances.${name}.aliases`;
      const holder = hosts.get(alias) ?? seen.get(alias);
      seen.set(alias, holder ?? name);
      if (holder !== undefined) {
        return [{ key, expected: `expected names of its own: ${holder} has it already`, found: alias }];
      }
      if (dns.kind !== "cloudflare" || !dns.redirects.includes(alias)) return [];
      return [{ key, expected: "expected names that dns.redirects does not have", found: alias }];
    }),
  );
}
