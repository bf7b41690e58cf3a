/** Exceptions from policies, which a stack file writes down with a reason and an end: `ckan:policyExceptions`. */
import { isExpired, type PolicyException, readExceptions } from "../policy/exceptions.ts";
import { maskText } from "./mask.ts";

const key = "ckan:policyExceptions";

export interface ReportedException extends PolicyException {
  /** Missing where nobody said which day it is. */
  readonly expired?: boolean;
}

export interface ReportedExceptions {
  readonly exceptions: readonly ReportedException[];
  /** What is wrong with those that cannot be read, one sentence each. */
  readonly mistakes: readonly string[];
}

/**
 * Reads them from the configuration in a preview, where objects are JSON text.
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

/** Text that is no JSON is no list either. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
