/** The rulesets of a zone: one in each phase, which stays when its last rule goes. */
import { randomUUID } from "node:crypto";
import { planLimits } from "../../../components/dns/plans.ts";
import { type ApiError, found, type Json, noRoute, type Reply, refused, type Zone } from "./account.ts";

/** What Cloudflare itself manages is in every zone's list. */
const managed = { id: "e".repeat(32), name: "DDoS L7 ruleset", kind: "managed", phase: "ddos_l7", version: "1" };

/** `rest` is what the path says after `rulesets`. */
export function rulesetsReply(zone: Zone, method: string, rest: readonly string[], body: Json): Reply {
  const [id, phase, entrypoint] = rest;
  if (id === undefined) {
    if (method === "GET") return found([managed, ...zone.rulesets.map(({ rules: _, ...listed }) => listed)]);
    return method === "POST" ? create(zone, body) : noRoute(`zones/${zone.id}/rulesets`);
  }
  if (id === "phases" && entrypoint === "entrypoint") return entrypointReply(zone, method, String(phase), body);
  const before = zone.rulesets.find((one) => one["id"] === id);
  return before === undefined
    ? refused(404, { message: `could not find ruleset ${id}` })
    : one(zone, method, before, body);
}

function one(zone: Zone, method: string, before: Json, body: Json): Reply {
  switch (method) {
    case "GET":
      return found(before);
    case "PUT":
      return replace(zone, before, body);
    case "DELETE":
      return { status: 204, zone: withRulesets(zone, others(zone, before)) };
    default:
      return noRoute(`zones/${zone.id}/rulesets/${before["id"]}`);
  }
}

function entrypointReply(zone: Zone, method: string, phase: string, body: Json): Reply {
  const before = zone.rulesets.find((one) => one["phase"] === phase);
  // ibm-mas/ansible-devops#2403.
  const message = `could not find entrypoint ruleset in the ${phase} phase`;
  if (method !== "PUT") return before === undefined ? refused(404, { code: 10003, message }) : found(before);
  const { name, kind, phase: given } = body;
  // EvotecIT/CodeGlyphX#155: these the path says.
  const unknown = Object.entries({ kind, phase: given }).find(([, value]) => value !== undefined);
  if (unknown !== undefined) return refused(400, { message: `invalid JSON: unknown field "${unknown[0]}"` });
  if (before !== undefined) return replace(zone, before, body);
  return create(zone, { ...body, name: name ?? "default", kind: "zone", phase });
}

function create(zone: Zone, body: Json): Reply {
  const { phase, kind, name, description = "" } = body;
  if (kind === "zone" && zone.rulesets.some((one) => one["phase"] === phase)) {
    // cloudflare/terraform-provider-cloudflare#6273, where the error is told as a whole.
    const message = `'zone' is not a valid value for kind because exceeded maximum number of zone rulesets for phase ${phase}`;
    return refused(400, { code: 20217, message, source: { pointer: "/kind" } });
  }
  return save(zone, { id: newId(), name, kind, phase, description, version: "0" }, body);
}

/** A new version of it, with these rules and no others. Its name and kind stay as they are ("Update a ruleset" in the documentation). */
function replace(zone: Zone, before: Json, body: Json): Reply {
  return save(zone, { ...before, description: body["description"] ?? before["description"] }, body, before);
}

function save(zone: Zone, ruleset: Json, { rules = [] }: Json, before: Json = {}): Reply {
  const given = (rules ?? []) as readonly Json[];
  const error = beyondPlan(zone, ruleset["phase"], given);
  if (error !== undefined) return refused(400, error);
  const known = (before["rules"] ?? []) as readonly Json[];
  const now = new Date().toISOString();
  const { rules: _, ...rest } = ruleset;
  const saved = {
    ...rest,
    version: String(Number(ruleset["version"]) + 1),
    last_updated: now,
    // Left out where there are none: the provider reads that back as an empty list.
    ...(given.length > 0 && { rules: given.map((rule) => completed(rule, known, now)) }),
  };
  return { ...found(saved), zone: withRulesets(zone, [...others(zone, ruleset), saved]) };
}

/**
 * A rule is known by its id, or else by its ref ("Rule IDs change when I modify a ruleset" in the documentation), and keeps its version
 * as long as it says the same.
 */
function completed(rule: Json, known: readonly Json[], now: string): Json {
  const { action_parameters: parameters, description, ratelimit, ...rest } = rule;
  const before =
    known.find(({ id }) => id === rule["id"]) ?? known.find(({ ref }) => ref !== undefined && ref === rule["ref"]);
  const id = before?.["id"] ?? newId();
  const next = {
    enabled: true,
    ref: id,
    ...rest,
    ...(description !== undefined && description !== "" && { description }),
    // What says nothing is left out.
    ...(Object.keys(parameters ?? {}).length > 0 && { action_parameters: parameters }),
    ...(typeof ratelimit === "object" && { ratelimit: { requests_to_origin: false, ...ratelimit } }),
    id,
  };
  const { version = "0", last_updated, ...same } = before ?? {};
  if (JSON.stringify(sorted(next)) === JSON.stringify(sorted(same))) return before ?? next;
  return { ...next, version: String(Number(version) + 1), last_updated: now };
}

function sorted(rule: Json): readonly (readonly [string, unknown])[] {
  return Object.entries(rule).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Cloudflare's table "Availability" of its rate limiting rules; the sentences are those that people report. */
function beyondPlan({ plan }: Zone, phase: unknown, rules: readonly Json[]): ApiError | undefined {
  if (phase !== "http_ratelimit") return undefined;
  const allowed = planLimits[plan];
  if (rules.length > allowed.rules) {
    const counts = `${rules.length} out of ${allowed.rules}`;
    return { message: `exceeded maximum number of rules in the phase ${phase}: ${counts}` };
  }
  const notEntitled = (field: string, value: unknown) => ({
    message: `not entitled: the use of ${field} ${value} is not allowed`,
  });
  const limits = rules.map(({ ratelimit }) => ratelimit as { period: number; mitigation_timeout: number });
  const period = limits.find((limit) => !allowed.periods.includes(limit.period))?.period;
  if (period !== undefined) return notEntitled("period", period);
  const timeout = limits.find((limit) => !allowed.timeouts.includes(limit.mitigation_timeout))?.mitigation_timeout;
  return timeout === undefined ? undefined : notEntitled("mitigation_timeout", timeout);
}

function newId(): string {
  return randomUUID().replaceAll("-", "");
}

function others({ rulesets }: Zone, { id }: Json): readonly Json[] {
  return rulesets.filter((one) => one["id"] !== id);
}

function withRulesets(zone: Zone, rulesets: readonly Json[]): Zone {
  return { ...zone, rulesets };
}
