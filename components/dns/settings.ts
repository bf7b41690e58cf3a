/** Cloudflare: the zone of an environment (`ckan:cloudflare`), and `dns` of a site. */
import { z } from "zod";
import type { Arguments, Settings } from "../../config/arguments.ts";
import { count, hostName, line } from "../../config/values.ts";
import { parseAddress } from "../exposure/address.ts";
import { Plan } from "./plans.ts";
import { RateLimited } from "./rules.ts";

/** Phases of a zone that a stack may own. A ruleset replaces all rules of its phase, whoever created them. */
export const OwnedRuleset = {
  RateLimits: "rate-limits",
  Cache: "cache",
  Firewall: "firewall",
  Redirects: "redirects",
} as const;
export type OwnedRuleset = (typeof OwnedRuleset)[keyof typeof OwnedRuleset];

/** Which certificate covers the proxied names. */
export const EdgeCertificates = {
  /** Cloudflare's own certificate of every zone: it covers one label below the zone. */
  Universal: "universal",
  /** A certificate for each deeper name; this stack turns it on for the whole zone. */
  TotalTls: "total-tls",
  /** Managed elsewhere: by another stack, or as an uploaded certificate. */
  Elsewhere: "elsewhere",
} as const;
export type EdgeCertificates = (typeof EdgeCertificates)[keyof typeof EdgeCertificates];

const rateLimit = z.strictObject({
  requests: count(1).describe("Requests of one address"),
  periodSeconds: count(1).describe("Seconds over which they are counted; the plan says which"),
  blockSeconds: count(1).describe("Seconds for which further ones are refused; the plan says which"),
});

const rateLimits = z
  .partialRecord(z.enum(RateLimited), z.union([rateLimit, z.literal(false)]))
  .default({})
  .describe("Limits in place of the plan's defaults, for crawlers, login, sql, writes, uploads; false: none");

const record = z.discriminatedUnion(
  "type",
  [
    z.strictObject({
      type: z.literal("CAA"),
      name: hostName,
      tag: z.enum(["issue", "issuewild", "iodef"], "expected issue, issuewild or iodef"),
      value: line.describe("Who may issue certificates, such as letsencrypt.org"),
    }),
    z.strictObject({ type: z.literal("TXT"), name: hostName, content: line.describe("Text, without quotes") }),
  ],
  "expected type: CAA or TXT",
);

export const zoneSettings = z.strictObject({
  zone: hostName.describe("Zone, such as example.org"),
  zoneId: z
    .string()
    .regex(/^[0-9a-f]{32}$/, "expected a zone's id: 32 hexadecimal digits")
    .optional()
    .describe("Its id; default: asked for, which takes a token that may read zones"),
  plan: z.enum(Plan, `expected the zone's plan: ${Object.values(Plan).join(", ")}`).describe("The zone's plan"),
  rulesets: z
    .array(z.enum(OwnedRuleset, `expected a ruleset: ${Object.values(OwnedRuleset).join(", ")}`))
    .default([])
    .describe("Phases of the zone that this stack owns, and no other: it replaces every rule in them"),
  rateLimits,
  edgeCertificates: z
    .enum(EdgeCertificates, `expected ${Object.values(EdgeCertificates).join(", ")}`)
    .default(EdgeCertificates.Universal)
    .describe(
      "What covers names that Cloudflare stands in front of: universal: one label below the zone; total-tls: all of the zone, which this stack turns on and which needs the add-on Advanced Certificate Manager; elsewhere: all, by somebody else",
    ),
  zoneSettings: z
    .literal("managed", "expected managed, or nothing here")
    .optional()
    .describe(
      "managed: this stack sets for the whole zone: SSL Full (strict), at least TLS 1.2, always HTTPS, and the client certificate of authenticated origin pulls; default: it leaves them alone",
    ),
  records: z.array(record).default([]).describe("Further records of the zone"),
});

export type ZoneArgs = Arguments<typeof zoneSettings>;
export type ZoneSettings = Settings<typeof zoneSettings>;
/** A record besides those of the sites. */
export type ZoneRecord = ZoneSettings["records"][number];

const target = z
  .string("expected an IP address or a host name")
  .refine(isAddress, "expected one IPv4 address, IPv6 address or host name such as 203.0.113.10 or lb.example.net")
  .optional()
  .describe("Where the name leads; default: the address that the exposure got");

export type CloudflareDns = Extract<z.infer<typeof dnsSettings>, { kind: "cloudflare" }>;

export const dnsSettings = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({ kind: z.literal("none") }),
    z.strictObject({
      kind: z.literal("cloudflare"),
      target,
      proxied: z.boolean().default(true).describe("Whether Cloudflare stands in between, with its rules"),
      ttl: z
        .int("expected seconds from 60 to 86400")
        .min(60, "expected seconds from 60 to 86400")
        .max(86400, "expected seconds from 60 to 86400")
        .optional()
        .describe("Seconds that resolvers may keep the record; only without proxied"),
      editorsHost: hostName
        .optional()
        .describe(
          "A further name of the whole site, in front of which Cloudflare never stands: for editors and programs that send more than its plan lets through, who log in there; default: none",
        ),
      redirects: z.array(hostName).default([]).describe("Further names, which Cloudflare redirects to the host"),
      adopt: z.boolean().default(false).describe("Records that exist were imported; default: they are an error"),
    }),
  ],
  "expected kind: cloudflare or none",
);

function isAddress(text: string): boolean {
  try {
    parseAddress(text);
    return true;
  } catch {
    return false;
  }
}
