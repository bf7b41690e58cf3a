/** The command line of `npm run preview:report`. */
import { parseArgs } from "node:util";
import { defaultLimit, leastLimit } from "./markdown.ts";
import { type RiskClass, riskClasses } from "./risk.ts";

export const usage = `usage: npm run preview:report -- <stack>... [options]

  --from <stack>=<file.json>     read what \`pulumi preview --json\` printed in place of running it
  --skipped <stack>=<reason>     name a stack that is not previewed, and why
  --markdown <file>              write the report there; default: standard output
  --json <file>                  write the same for programs
  --fail-on <risk>[,<risk>]      end with 3 when one of these occurs: ${riskClasses.join(", ")}
  --limit <characters>           of the Markdown; default: ${defaultLimit}
  --today <YYYY-MM-DD>           mark exceptions from policies that ended before
  --policy-pack <folder>         passed on to each preview
  --pulumi <command>             what stands for pulumi; default: pulumi

Ends with 0; with 1 when a preview failed; with 2 when the command line is wrong; with 3 as --fail-on says.`;

/** The source of a stack's preview. */
export type Source =
  | { readonly kind: "run"; readonly stack: string }
  | { readonly kind: "file"; readonly stack: string; readonly path: string }
  | { readonly kind: "skipped"; readonly stack: string; readonly reason: string };

export interface Options {
  /** Stacks in the order of the report. */
  readonly sources: readonly Source[];
  readonly markdown: string | undefined;
  readonly json: string | undefined;
  readonly failOn: readonly RiskClass[];
  readonly limit: number;
  readonly today: string | undefined;
  readonly policyPacks: readonly string[];
  readonly command: readonly string[];
}

export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** @throws UsageError with the wrong argument and what to write instead */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parsed(args);
  return {
    sources: sourcesOf(positionals, pairs("from", values.from), pairs("skipped", values.skipped)),
    markdown: values.markdown,
    json: values.json,
    failOn: riskNames(values["fail-on"] ?? []),
    limit: limitOf(values.limit),
    today: dateOf(values.today),
    policyPacks: values["policy-pack"] ?? [],
    command: (values.pulumi ?? "pulumi").split(" ").filter(Boolean),
  };
}

function parsed(args: readonly string[]) {
  const text = { type: "string" } as const;
  const texts = { type: "string", multiple: true } as const;
  const options = {
    from: texts,
    skipped: texts,
    markdown: text,
    json: text,
    "fail-on": texts,
    limit: text,
    today: text,
    "policy-pack": texts,
    pulumi: text,
  };
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Named stacks first, then those that only --from or --skipped names. */
function sourcesOf(
  named: readonly string[],
  files: ReadonlyMap<string, string>,
  skipped: ReadonlyMap<string, string>,
): readonly Source[] {
  const stacks = [...new Set([...named, ...files.keys(), ...skipped.keys()])];
  if (stacks.length === 0) throw new UsageError("expected at least one stack");
  return stacks.map((stack) => {
    const path = files.get(stack);
    const reason = skipped.get(stack);
    if (path !== undefined && reason !== undefined)
      throw new UsageError(`${stack}: expected --from or --skipped, not both`);
    if (reason !== undefined) return { kind: "skipped", stack, reason };
    return path === undefined ? { kind: "run", stack } : { kind: "file", stack, path };
  });
}

function pairs(option: string, values: readonly string[] = []): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const value of values) {
    const [, stack, rest] = /^([^=]+)=(.+)$/s.exec(value) ?? [];
    if (stack === undefined || rest === undefined)
      throw new UsageError(`--${option}: expected <stack>=..., got ${value}`);
    if (found.has(stack)) throw new UsageError(`--${option}: ${stack} is named twice`);
    found.set(stack, rest);
  }
  return found;
}

function riskNames(values: readonly string[]): readonly RiskClass[] {
  const names = values
    .flatMap((value) => value.split(","))
    .map((name) => name.trim())
    .filter(Boolean);
  const unknown = names.filter((name) => !(riskClasses as readonly string[]).includes(name));
  if (unknown.length > 0)
    throw new UsageError(`--fail-on: unknown ${unknown.join(", ")}; choose from ${riskClasses.join(", ")}`);
  return riskClasses.filter((name) => names.includes(name));
}

function limitOf(value: string | undefined): number {
  if (value === undefined) return defaultLimit;
  const limit = Number(value);
  if (!Number.isInteger(limit) || limit < leastLimit) {
    throw new UsageError(`--limit: expected a whole number of at least ${leastLimit}, got ${value}`);
  }
  return limit;
}

function dateOf(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const isDate = /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value));
  if (!isDate) throw new UsageError(`--today: expected a date such as 2026-11-22, got ${value}`);
  return value;
}
