/** A stack's outputs as a table for people. Secrets are never shown: the CLI masks them, and the table has no row for them. */
import { environmentDocument } from "./contract.ts";
import { contractVersion } from "./version.ts";

export interface Problem {
  readonly message: string;
  readonly remedy: string;
}

/** Why these outputs are not a contract that this program can read, and what to do; undefined when they are. */
export function unreadable(outputs: unknown, stack: string): Problem | undefined {
  const { contractVersion: version } = outputs as { readonly contractVersion?: unknown };
  if (version === undefined) {
    return {
      message: `${stack} publishes no contract: it has no output contractVersion`,
      remedy: `bring it up first: pulumi up -s ${stack}; a stack from before contracts publishes one with its next up`,
    };
  }
  if (version !== contractVersion) {
    return {
      message: `${stack} publishes version ${JSON.stringify(version)} of the contract, and this program reads ${contractVersion}`,
      remedy: "use the release of this program that the stack was brought up with, or bring it up with this one",
    };
  }
  const parsed = environmentDocument.safeParse(outputs);
  if (parsed.success) return undefined;
  const wrong = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
  return {
    message: `${stack} publishes something else than version ${contractVersion} of the contract: ${wrong}`,
    remedy: `bring it up again with this program: pulumi up -s ${stack}`,
  };
}

/** One block per instance: a line for each field, by its path; - for absent or empty values. */
export function contractTable(outputs: unknown): string {
  const { environment, instances } = environmentDocument.parse(outputs);
  const blocks = Object.entries(instances).map(([name, instance]) => `\n${name}\n${lines(rows(instance, ""))}`);
  const passwords = "Passwords: pulumi stack output credentials --show-secrets";
  return `Environment ${environment}, contract version ${contractVersion}\n${blocks.join("")}\n${passwords}\n`;
}

type Row = readonly [field: string, value: string];

function rows(value: unknown, path: string): readonly Row[] {
  if (Array.isArray(value)) return [[path, value.length === 0 ? "-" : value.join(", ")]];
  if (typeof value !== "object" || value === null) return [[path, value === null ? "-" : String(value)]];
  const entries = Object.entries(value);
  if (entries.length === 0) return [[path, "-"]];
  return entries.flatMap(([key, item]) => rows(item, path === "" ? key : `${path}.${key}`));
}

function lines(all: readonly Row[]): string {
  const width = Math.max(...all.map(([field]) => field.length));
  return all.map(([field, value]) => `  ${field.padEnd(width)}  ${value}\n`).join("");
}
