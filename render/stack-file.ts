/** Reads a stack file as Pulumi's CLI does, without the CLI. */
import { readFileSync } from "node:fs";
import { parse } from "yaml";

export interface StackConfiguration {
  /** Every key with its value as Pulumi hands it to a program: objects as JSON, scalars as text. */
  readonly values: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
}

/**
 * Stands for secrets that only the CLI can decrypt, or that are not in the file because each operator sets them. What is
 * rendered with it shows where secrets go, not what they are; names that carry a secret's fingerprint differ from the real ones.
 */
export const standInSecret = "stand-in-for-a-secret-that-is-not-readable-here";

export function readStackFile(path: string): StackConfiguration {
  const file: unknown = parse(readFileSync(path, "utf8"));
  const config = (file as { config?: Record<string, unknown> } | null)?.config ?? {};
  return stackConfiguration({ "ckan:rootSecret": standInSecret, ...config });
}

/** The configuration that a stack file with these keys would give. */
export function stackConfiguration(config: Readonly<Record<string, unknown>>): StackConfiguration {
  const entries = Object.entries(config).map(([key, value]) => [key, configurationText(value)] as const);
  const secret = ([key, value]: readonly [string, unknown]) => isEncrypted(value) || key === "ckan:rootSecret";
  return {
    values: Object.fromEntries(entries),
    secretKeys: Object.entries(config)
      .filter(secret)
      .map(([key]) => key),
  };
}

function configurationText(value: unknown): string {
  if (isEncrypted(value)) return standInSecret;
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

function isEncrypted(value: unknown): boolean {
  return typeof value === "object" && value !== null && "secure" in value;
}
