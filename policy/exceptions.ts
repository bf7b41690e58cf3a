/**
 * Exceptions from rules, as a stack file lists them under `<project>:policyExceptions`. Pure functions, shared by everything that shows
 * or checks exceptions.
 */
import { RuleName } from "./rule-names.ts";
import { isObject } from "./values.ts";

export interface PolicyException {
  readonly rule: RuleName;
  /** Logical name of the resource. A trailing asterisk matches any ending, such as the hash of a ConfigMap's content. */
  readonly resource: string;
  /** Why the rule may be broken here. */
  readonly reason: string;
  /** Last day on which the exception is valid, as YYYY-MM-DD. */
  readonly expires: string;
}

export interface ReadExceptions {
  readonly exceptions: readonly PolicyException[];
  /** Why the others are invalid, one sentence each. */
  readonly mistakes: readonly string[];
}

/** Valid resource names of an exception: an asterisk only at the end, and never alone. */
export const resourcePattern = /^[^\s*]+\*?$/;

const rules: readonly string[] = Object.values(RuleName);

/** Reads the parsed value of `policyExceptions`; undefined means none. */
export function readExceptions(value: unknown): ReadExceptions {
  if (value === undefined) return { exceptions: [], mistakes: [] };
  if (!Array.isArray(value)) return { exceptions: [], mistakes: ["policyExceptions: expected a list"] };
  const read = value.map((item: unknown, index) => ({ item, mistakes: mistakesOf(item, `policyExceptions.${index}`) }));
  return {
    exceptions: read
      .filter(({ mistakes }) => mistakes.length === 0)
      .map(({ item }) => item as PolicyException)
      .map((exception) => ({ ...exception, expires: dayOf(exception.expires) ?? exception.expires })),
    mistakes: read.flatMap(({ mistakes }) => mistakes),
  };
}

/** Whether an exception applies to this rule and resource, expired or not. */
export function covers({ rule, resource }: PolicyException, name: RuleName, resourceName: string): boolean {
  if (rule !== name) return false;
  return resource.endsWith("*") ? resourceName.startsWith(resource.slice(0, -1)) : resourceName === resource;
}

/** Whether its last day is past; `today` as YYYY-MM-DD. */
export function isExpired({ expires }: PolicyException, today: string): boolean {
  return expires < today;
}

/** A day in a stack file. Pulumi parses an unquoted one as a time and passes midnight in Go's format. */
export const dayPattern = /^\d{4}-\d{2}-\d{2}(?: 00:00:00 \+0000 UTC)?$/;

/** A calendar day as YYYY-MM-DD; undefined for anything else. */
export function dayOf(text: unknown): string | undefined {
  if (typeof text !== "string" || !dayPattern.test(text)) return undefined;
  const day = text.slice(0, "YYYY-MM-DD".length);
  const time = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day) ? day : undefined;
}

function mistakesOf(item: unknown, at: string): readonly string[] {
  if (!isObject(item)) return [`${at}: expected rule, resource, reason and expires`];
  const { rule, resource, reason, expires, ...others } = item;
  return [
    typeof rule === "string" && rules.includes(rule) ? [] : [`${at}.rule: expected a rule: ${rules.join(", ")}`],
    typeof resource === "string" && resourcePattern.test(resource)
      ? []
      : [`${at}.resource: expected the logical name of a resource, such as opendata-web`],
    typeof reason === "string" && reason.trim() !== "" ? [] : [`${at}.reason: expected a reason`],
    dayOf(expires) !== undefined ? [] : [`${at}.expires: expected a day such as 2027-01-31`],
    Object.keys(others).map((key) => `${at}.${key}: expected nothing here: this key is unknown`),
  ].flat();
}
