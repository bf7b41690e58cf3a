/** Interprets Cloudflare's responses about a token and a zone. */
import { z } from "zod";
import { Plan } from "../../components/dns/plans.ts";
import { excerpt } from "../plain.ts";
import { met, missing, notKnown, type Row } from "../row.ts";
import type { Answer } from "./api.ts";
import { errorText } from "./cloudflare-rights.ts";

/** The zone in the stack file. */
export interface Zone {
  readonly name: string;
  readonly plan: Plan;
  readonly zoneId?: string | undefined;
}

/** The fields used of a zone (developers.cloudflare.com, "List Zones"). */
const zoneSchema = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  paused: z.boolean().default(false),
  name_servers: z.array(z.string()).nullish(),
  account: z.object({ id: z.string() }),
  plan: z.object({ legacy_id: z.string() }),
});
type FoundZone = z.infer<typeof zoneSchema>;

/** One zone by id, or a list of zones by name. */
const zonesSchema = z.object({ result: z.union([z.array(zoneSchema), zoneSchema.transform((zone) => [zone])]) });

export function zonePath({ name, zoneId }: Zone): string {
  return zoneId === undefined ? `/zones?name=${encodeURIComponent(name)}` : `/zones/${zoneId}`;
}

function zonesOf(answer: Answer): readonly FoundZone[] | undefined {
  if (answer.kind === "silent" || answer.status !== 200) return undefined;
  return zonesSchema.safeParse(answer.body).data?.result;
}

/** The zone, if exactly one was found. */
export function readZone(answer: Answer): FoundZone | undefined {
  const zones = zonesOf(answer) ?? [];
  return zones.length === 1 ? zones[0] : undefined;
}

export function judgeZone(zone: Zone, answer: Answer): readonly Row[] {
  const need = `zone ${zone.name}`;
  if (answer.kind === "silent") return [notKnown(need, answer.why, "run it again once the API can be reached")];
  const zones = zonesOf(answer);
  const mayLook = `give the token the right Zone: Read for ${zone.name} (docs/pipelines.md)`;
  if (zones === undefined) {
    const seen = errorText(answer.status, answer.body);
    // With the zone's id in the stack file, this permission is not needed.
    const isRefused = zone.zoneId === undefined && answer.status !== 200;
    return [isRefused ? missing(need, seen, mayLook) : notKnown(need, seen, mayLook)];
  }
  const [found, ...others] = zones;
  if (found === undefined) {
    return [missing(need, "no zone of this name that the token may see", `add the zone at Cloudflare, or ${mayLook}`)];
  }
  if (others.length > 0) {
    const ids = zones.map(({ id }) => id).join(", ");
    return [missing(need, `several zones have the name: ${ids}`, "write the zoneId of one in ckan:cloudflare")];
  }
  return [judgeState(zone, found), judgePlan(zone, found)];
}

function judgeState({ name, zoneId }: Zone, { name: found, status, paused, name_servers }: FoundZone): Row {
  const need = `zone ${name}`;
  if (found !== name) {
    return missing(need, `the zone ${zoneId} is ${found}`, "correct zone or zoneId in ckan:cloudflare");
  }
  if (status !== "active") {
    const servers = name_servers?.length ? `: ${excerpt(name_servers.join(", "))}` : "";
    return missing(need, `is ${status}, not active`, `name Cloudflare's servers at the domain's registrar${servers}`);
  }
  if (paused) {
    return missing(need, "is paused: Cloudflare answers for names only", "resume it at Cloudflare (Overview)");
  }
  return met(need, "active");
}

/** In ascending order; each plan includes the ones before it. */
const plans: readonly string[] = Object.values(Plan);

function judgePlan({ name, plan }: Zone, { plan: { legacy_id: found } }: FoundZone): Row {
  const need = `plan ${plan} of ${name}`;
  if (found === plan) return met(need, found);
  const remedy = `write in ckan:cloudflare the plan that ${name} has, or get it ${plan}`;
  const rank = plans.indexOf(found);
  if (rank === -1) return notKnown(need, `has the plan ${found}, of which nothing is known`, remedy);
  return rank > plans.indexOf(plan) ? met(need, `${found}, which is more`) : missing(need, `has ${found}`, remedy);
}

const verifiedSchema = z.object({
  result: z.object({ status: z.string(), expires_on: z.string().nullish() }),
});

/** The status of a token that Cloudflare knows: active, disabled or expired. */
export function verified(answer: Answer | undefined) {
  if (answer === undefined || answer.kind === "silent" || answer.status !== 200) return undefined;
  return verifiedSchema.safeParse(answer.body).data?.result;
}

/**
 * Checks both endpoints that verify tokens. Being unknown to both proves nothing while the token still works elsewhere.
 *
 * @param used whether any read with it succeeded
 */
export function judgeToken(user: Answer, account: Answer | undefined, used: boolean): Row {
  const need = "API token";
  const known = verified(user) ?? verified(account);
  const remedy = "make another token, and: export CLOUDFLARE_API_TOKEN=...";
  if (known !== undefined && known.status !== "active") return missing(need, `is ${known.status}`, remedy);
  if (known !== undefined) {
    const end = known.expires_on ? `active until ${known.expires_on}` : "active";
    return met(need, verified(user) === undefined ? `${end}; belongs to the account` : end);
  }
  if (used) return met(need, "could not be verified, but reads");
  if (user.kind === "silent") return notKnown(need, user.why, "run it again once the API can be reached");
  const seen = errorText(user.status, user.body);
  return user.status === 200 ? notKnown(need, seen, remedy) : missing(need, seen, remedy);
}
