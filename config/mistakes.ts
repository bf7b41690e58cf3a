/** Reports all mistakes of a stack file or of a component's arguments at once: the key, what to write, what was found. */
import { RunError } from "@pulumi/pulumi";
import type { z } from "zod";
import { hasRoomForSecret, markOf, type Schema, schemaAt } from "./marks.ts";
import { valueAt } from "./merge.ts";

export interface Mistake {
  /** Path below `ckan:`, such as `instances.opendata.search.storage`. */
  readonly key: string;
  /** What to write there. */
  readonly expected: string;
  /** What was found; never set for secrets. */
  readonly found?: unknown;
}

/** All mistakes of a stack file in one error, which Pulumi prints without a stack trace. */
export class ConfigurationError extends RunError {
  readonly mistakes: readonly Mistake[];

  constructor(mistakes: readonly Mistake[]) {
    super(report("The stack file has", mistakes, inStackFile));
    this.name = "ConfigurationError";
    // The trace is of no use, and without our preloaded module Node 24.9 takes half a minute to colour it (toolchain/preload.cjs).
    this.stack = "";
    this.mistakes = mistakes;
  }
}

/** All mistakes in the arguments of a component, in one error. */
export class ArgumentsError extends RunError {
  /** `name` is the component's. */
  constructor(name: string, mistakes: readonly Mistake[]) {
    super(report(`The arguments of ${name} have`, mistakes, (key) => key));
    this.name = "ArgumentsError";
    this.stack = "";
  }
}

function report(whose: string, mistakes: readonly Mistake[], where: (key: string) => string): string {
  const lines = [...new Set(mistakes.map((mistake) => sentence(mistake, where)))].sort();
  const count = lines.length === 1 ? "1 mistake" : `${lines.length} mistakes`;
  return `${whose} ${count}; nothing was created or changed:\n${lines.map((text) => `  ${text}`).join("\n")}`;
}

/** A key with spaces, such as `name of the stack`, is not a key of the file. */
function inStackFile(key: string): string {
  return key.includes(" ") ? key : `ckan:${key}`;
}

/** A rule between settings of one schema, for `superRefine`: it looks at values that are valid by themselves. */
export function ruleBetween<Settings>(rule: (settings: Settings, context: z.core.$RefinementCtx) => void) {
  return (settings: Settings, context: z.core.$RefinementCtx) => {
    if (context.issues.length === 0) rule(settings, context);
  };
}

/** Adds a mistake between settings of one schema. `found` may be a default, because defaults may be what does not fit. */
export function addMistake(
  context: z.core.$RefinementCtx,
  path: readonly string[],
  expected: string,
  found: { readonly found?: unknown } = {},
): void {
  context.addIssue({ code: "custom", path: [...path], message: expected, params: { ...found } });
}

/**
 * The mistakes that zod found in `input`, with keys below `prefix`. Confidential values are not shown: a wrong name of a secret is
 * likely the secret itself.
 */
export function schemaMistakes(
  error: z.ZodError,
  input: unknown,
  prefix: readonly string[],
  schema: Schema,
): readonly Mistake[] {
  return error.issues.flatMap((issue) => {
    const path = [...prefix, ...issue.path.map(String)];
    const found = foundBy(issue, input);
    switch (issue.code) {
      case "unrecognized_keys":
        return issue.keys.map((key) => ({
          key: [...path, key].join("."),
          expected: "expected nothing here: this key is unknown; look for a spelling mistake or remove it",
        }));
      case "invalid_key":
        return issue.issues.map((inner) => ({ key: path.join("."), expected: inner.message }));
      default: {
        const mistake = { key: path.join("."), expected: wording(issue.message, issue) };
        return [isHidden(issue, input, schema) ? mistake : { ...mistake, ...found }];
      }
    }
  });
}

/** Confidential values, and what has not even the form of settings that have room for a secret. */
function isHidden(issue: z.core.$ZodIssue, input: unknown, schema: Schema): boolean {
  const at = schemaAt(schema, input, issue.path);
  if (at === undefined) return false;
  return markOf(at)?.confidential === true || (issue.code === "invalid_type" && hasRoomForSecret(at));
}

/** The value that was found: the one in `input`, unless a rule gave another. */
function foundBy(issue: z.core.$ZodIssue, input: unknown): { readonly found?: unknown } {
  if (issue.code === "custom" && issue.params !== undefined) return issue.params;
  return { found: valueAt(input, issue.path) };
}

/** zod's own words for a wrong type of an object or list are replaced by ours. */
function wording(message: string, issue: z.core.$ZodIssue): string {
  if (!message.startsWith("Invalid input")) return message;
  if (issue.code !== "invalid_type") return message.replace("Invalid input: ", "");
  switch (issue.expected) {
    case "object":
    case "record":
      return "expected keys and values below this key";
    case "array":
      return "expected a list";
    default:
      return `expected a ${issue.expected}`;
  }
}

function sentence(mistake: Mistake, where: (key: string) => string): string {
  const found =
    "found" in mistake ? `, got ${mistake.found === undefined ? "nothing" : JSON.stringify(mistake.found)}` : "";
  return `${where(mistake.key)}: ${mistake.expected}${found}`;
}
