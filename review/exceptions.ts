/** Exceptions from policies, which a stack file writes down with a reason and an end: `ckan:policyExceptions`. */
import { z } from "zod";
import { maskText } from "./mask.ts";

const key = "ckan:policyExceptions";

const exceptionsSchema = z.array(
  z.object({
    rule: z.string(),
    resource: z.string(),
    reason: z.string(),
    /** The last day on which it holds. */
    expires: z.string().transform(withoutTime).pipe(z.iso.date()),
  }),
);

export interface PolicyException {
  readonly rule: string;
  readonly resource: string;
  readonly reason: string;
  readonly expires: string;
  /** Missing where nobody said which day it is. */
  readonly expired?: boolean;
}

/** A date in YAML without quotes comes out of Pulumi as `2026-03-31 00:00:00 +0000 UTC`. */
function withoutTime(text: string): string {
  return text.replace(/ 00:00:00 \+0000 UTC$/, "");
}

/**
 * Reads them from the configuration in a preview, where objects are JSON text.
 *
 * @param today as YYYY-MM-DD; without it nothing is compared
 * @throws ExceptionsError when they are written in another form
 */
export function exceptionsOf(config: Readonly<Record<string, unknown>>, today?: string): readonly PolicyException[] {
  const value = config[key];
  if (value === undefined) return [];
  const parsed = exceptionsSchema.safeParse(typeof value === "string" ? parsedJson(value) : value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const place = [key, ...(issue?.path ?? [])].join(".");
    throw new ExceptionsError(`${place}: expected a list of { rule, resource, reason, expires: YYYY-MM-DD }`);
  }
  return parsed.data
    .map((exception) => ({
      ...exception,
      reason: maskText(exception.reason),
      ...(today !== undefined && { expired: exception.expires < today }),
    }))
    .sort((one, other) => (order(one) < order(other) ? -1 : 1));
}

export class ExceptionsError extends Error {
  override readonly name = "ExceptionsError";
}

function order({ rule, resource, expires }: PolicyException): string {
  return [rule, resource, expires].join("\n");
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
