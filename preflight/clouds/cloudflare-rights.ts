/** Permissions that a stack's resources need from a Cloudflare token, checked by read requests. */
import { z } from "zod";
import type { Declared } from "../../render/synthesize.ts";
import { met, missing, notKnown, type Row } from "../row.ts";
import { record } from "../values.ts";
import { type Answer, inOneLine } from "./api.ts";

/** A permission, by its name in Cloudflare's dashboard and in docs/pipelines.md. */
export interface Right {
  readonly name: string;
  /** Paths below the zone that a token with it can read. */
  readonly paths: readonly string[];
}

/** Permission for each phase of rulesets ("API token permissions" of developers.cloudflare.com). */
const rightOfPhase: Readonly<Record<string, string>> = {
  http_ratelimit: "Zone WAF",
  http_request_firewall_custom: "Zone WAF",
  http_request_cache_settings: "Cache Rules",
  http_request_dynamic_redirect: "Single Redirect",
};

/** Permissions sorted by name, each once. */
export function rightsOf(resources: readonly Declared[]): readonly Right[] {
  const found = new Map<string, Set<string>>();
  for (const resource of resources) {
    const [name, ...paths] = needOf(resource);
    found.set(name, new Set([...(found.get(name) ?? []), ...paths]));
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, paths]) => ({ name, paths: [...paths].sort() }));
}

function needOf({ type, inputs }: Declared): readonly [right: string, ...paths: readonly string[]] {
  switch (type) {
    case "cloudflare:index/dnsRecord:DnsRecord":
      return ["DNS", "/dns_records?per_page=5"];
    case "cloudflare:index/ruleset:Ruleset": {
      const phase = String(inputs["phase"]);
      return [rightOfPhase[phase] ?? `rulesets of ${phase}`, `/rulesets/phases/${phase}/entrypoint`];
    }
    case "cloudflare:index/zoneSetting:ZoneSetting":
      return ["Zone Settings", `/settings/${String(inputs["settingId"])}`];
    case "cloudflare:index/totalTls:TotalTls":
      return ["SSL and Certificates", "/acm/total_tls"];
    default:
      // The program uses the type, but this table lacks it: a row says so.
      return [`for ${type}`];
  }
}

/** Whether a response proves the permission: a phase without a ruleset answers 404. */
export function mayRead(answer: Answer): boolean {
  if (answer.kind === "silent") return false;
  // Cloudflare puts the requested object into `result`, whatever it is.
  return (answer.status === 200 && "result" in record(answer.body)) || codesOf(answer.body).includes(noEntrypoint);
}

/** "could not find entrypoint ruleset in the ... phase", with 404 (ibm-mas/ansible-devops#2403). */
const noEntrypoint = 10003;
/** "This feature is available with the Advanced Certificate Manager" (cloudflare/terraform-provider-cloudflare#3126). */
const noCertificateManager = 1450;

export function judgeRight({ name, paths }: Right, zone: string, answers: readonly Answer[]): Row {
  const need = `right ${name} in ${zone}`;
  if (paths.length === 0) return notKnown(need, "nothing that reads with it is known", "only an up shows it");
  const refused = answers.find((answer) => !mayRead(answer));
  if (refused === undefined) return judgeRead(need, answers);
  if (refused.kind === "silent") return notKnown(need, refused.why, "run it again once the API can be reached");
  const { status, body } = refused;
  const said = errorText(status, body);
  if (codesOf(body).includes(noCertificateManager)) {
    return missing(
      need,
      said,
      `buy the add-on Advanced Certificate Manager for ${zone}, or write another edgeCertificates`,
    );
  }
  const remedy = `give the token the right ${name} for ${zone}: Read for previews, Edit for an up (docs/pipelines.md)`;
  return status === 401 || status === 403 ? missing(need, said, remedy) : notKnown(need, said, remedy);
}

/** `editable`: whether the zone's plan allows changing a setting (developers.cloudflare.com, "Get zone setting"). */
const settingSchema = z.object({ result: z.object({ id: z.string(), editable: z.literal(false) }) });

function judgeRead(need: string, answers: readonly Answer[]): Row {
  const fixed = answers.flatMap((answer) => {
    const { data } = settingSchema.safeParse(answer.kind === "answered" ? answer.body : undefined);
    return data === undefined ? [] : [data.result.id];
  });
  if (fixed.length === 0) return met(need, "may read; whether it may edit shows only an up");
  const seen = `may read, but the zone's plan has these settings fixed: ${fixed.join(", ")}`;
  return missing(need, seen, "take zoneSettings out of ckan:cloudflare, or get the zone another plan");
}

const chainSchema = z.object({ code: z.number().nullish(), message: z.string() });
const errorsSchema = z.object({
  errors: z.array(chainSchema.extend({ error_chain: z.array(chainSchema).nullish() })),
});

function codesOf(body: unknown): readonly (number | null | undefined)[] {
  return (errorsSchema.safeParse(body).data?.errors ?? []).map(({ code }) => code);
}

/** Cloudflare's errors with their codes. Some have none (cloudflare/cloudflare-docs#22808), others a nested reason. */
export function errorText(status: number, body: unknown): string {
  const errors = (errorsSchema.safeParse(body).data?.errors ?? []).flatMap(({ error_chain, ...error }) => [
    error,
    ...(error_chain ?? []),
  ]);
  if (errors.length === 0) return `answered ${status}`;
  return inOneLine(errors.map(({ code, message }) => (code ? `${message} (${code})` : message)).join("; "));
}
