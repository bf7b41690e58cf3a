/** Exceptions from policies in a stack file, each with a reason and an expiry date: `ckan:policyExceptions`. */
import { isExpired, type PolicyException, readExceptions } from "../policy/exceptions.ts";
import { maskText } from "./mask.ts";

const key = "ckan:policyExceptions";

export interface ReportedException extends PolicyException {
  /** Missing without a date to compare with. */
  readonly expired?: boolean;
}

export interface ReportedExceptions {
  readonly exceptions: readonly ReportedException[];
  /** Why invalid exceptions cannot be read, one sentence each. */
  readonly mistakes: readonly string[];
}

/**
 * Reads them from a preview's configuration, where objects are JSON text.
 *
 * @param today as YYYY-MM-DD; without it nothing is compared
 */
export function exceptionsOf(config: Readonly<Record<string, unknown>>, today?: string): ReportedExceptions {
  const value = config[key];
  const { exceptions, mistakes } = readExceptions(typeof value === "string" ? parsedJson(value) : value);
  const reported = exceptions.map((exception) => ({
    ...exception,
    reason: maskText(exception.reason),
    ...(today !== undefined && { expired: isExpired(exception, today) }),
  }));
  return { exceptions: reported.sort((one, other) => (order(one) < order(other) ? -1 : 1)), mistakes };
}

function order({ rule, resource, expires }: PolicyException): string {
  return [rule, resource, expires].join("\n");
}

/** Text that is not JSON is not a list either. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
