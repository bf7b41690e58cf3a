/** Turns what is wrong with a stack file into one report: which key, what to write, what was found. */
import { RunError } from "@pulumi/pulumi";
import type { z } from "zod";
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
    const lines = [...new Set(mistakes.map(sentence))].sort();
    const count = lines.length === 1 ? "1 mistake" : `${lines.length} mistakes`;
    super(
      `The stack file has ${count}; nothing was created or changed:\n${lines.map((text) => `  ${text}`).join("\n")}`,
    );
    this.name = "ConfigurationError";
    // Nobody needs it, and where our module is not preloaded Node 24.9 takes half a minute to colour it (toolchain/preload.cjs).
    this.stack = "";
    this.mistakes = mistakes;
  }
}

/** Settings that name a secret, or have room for one: what stands there by mistake is likely the secret itself. */
const namesSecret = /From$|\.secretSettings\b|\.caBundle$|\.proxy\.https?$|\.dashboards\./;

/** The mistakes that zod found in `input`, with keys below `prefix`. */
export function schemaMistakes(error: z.ZodError, input: unknown, prefix: readonly string[]): readonly Mistake[] {
  return error.issues.flatMap((issue) => {
    const path = [...prefix, ...issue.path.map(String)];
    const found = valueAt(input, issue.path);
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
        return [namesSecret.test(mistake.key) ? mistake : { ...mistake, found }];
      }
    }
  });
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

function sentence(mistake: Mistake): string {
  const found =
    "found" in mistake ? `, got ${mistake.found === undefined ? "nothing" : JSON.stringify(mistake.found)}` : "";
  // What is no key of the file, such as the stack's name, is written in words.
  const where = mistake.key.includes(" ") ? mistake.key : `ckan:${mistake.key}`;
  return `${where}: ${mistake.expected}${found}`;
}
