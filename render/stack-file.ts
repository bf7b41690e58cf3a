/** Reads a stack file as Pulumi's CLI does, without the CLI. */
import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { parse, YAMLParseError } from "yaml";
import { userError } from "../components/user-error.ts";

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

/** @throws RunError when there is no such file, or it is no YAML */
export function readStackFile(path: string): StackConfiguration {
  const file = parsed(path);
  const config = (file as { config?: Record<string, unknown> } | null)?.config ?? {};
  return stackConfiguration({ "ckan:rootSecret": standInSecret, ...config });
}

function parsed(path: string): unknown {
  if (!existsSync(path))
    throw userError(`There is no stack file ${basename(path)}: expected the name of a stack such as prod`);
  try {
    return parse(readFileSync(path, "utf8"));
  } catch (error) {
    if (error instanceof YAMLParseError) throw userError(`${basename(path)} is no YAML: ${error.message.trim()}`);
    throw error;
  }
}

/** The configuration that a stack file with these keys would give. */
export function stackConfiguration(config: Readonly<Record<string, unknown>>): StackConfiguration {
  const entries = Object.entries(config).map(([key, value]) => [key, configurationText(key, value)] as const);
  const secret = ([key, value]: readonly [string, unknown]) => isEncrypted(value) || key === "ckan:rootSecret";
  return {
    values: Object.fromEntries(entries),
    secretKeys: Object.entries(config)
      .filter(secret)
      .map(([key]) => key),
  };
}

function configurationText(key: string, value: unknown): string {
  // Two root secrets are never the same.
  if (isEncrypted(value)) return key === "ckan:previousRootSecret" ? `${standInSecret}-before` : standInSecret;
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

function isEncrypted(value: unknown): boolean {
  return typeof value === "object" && value !== null && "secure" in value;
}
