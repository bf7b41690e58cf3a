/** Reads a stack file as Pulumi's CLI does, without the CLI. */
import { existsSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { userError } from "../components/user-error.ts";

export interface StackConfiguration {
  /** Every key with its value as Pulumi passes it to a program: objects as JSON, scalars as text. */
  readonly values: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
}

/**
 * Replaces secrets that only the CLI can decrypt, or that each operator sets and the file lacks. The rendered objects show where secrets
 * go, not their values; names with a secret's fingerprint differ from the real ones.
 */
export const standInSecret = "stand-in-for-a-secret-that-is-not-readable-here";

/**
 * @param path path of the file
 * @param missing message when it does not exist
 * @throws RunError when it cannot be read or is not a stack file
 */
export function readStackFile(path: string, missing = `There is no file ${path}`): StackConfiguration {
  return stackConfiguration({ [rootSecret]: standInSecret, ...readKeys(path, missing) });
}

/** Whether a stack file has a root secret; `readStackFile` works without one. */
export function hasRootSecret(path: string): boolean {
  return rootSecret in readKeys(path, `There is no file ${path}`);
}

const rootSecret = "ckan:rootSecret";

function readKeys(path: string, missing: string): Readonly<Record<string, unknown>> {
  if (!existsSync(path)) throw userError(missing);
  const file = mapping(parsed(path), path);
  return namespaced(mapping(file["config"], `config of ${path}`));
}

function parsed(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw userError(`${path} cannot be read: ${(error as Error).message}`);
  }
  try {
    // Pulumi's parser supports merge keys (`<<: *name`), which YAML 1.2 dropped.
    return parse(text, { merge: true });
  } catch (error) {
    // An unresolved alias is found after parsing and is not a YAMLParseError. After its first line the message quotes the file, which may
    // contain secrets.
    const [first = ""] = (error as Error).message.split("\n");
    throw userError(`${path} is no YAML: ${first.replace(/:$/, "")}`);
  }
}

/** An empty value is an empty mapping. */
function mapping(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (value === null || value === undefined) return {};
  if (typeof value === "object" && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  throw userError(`${name} is no mapping: expected keys and values`);
}

/** A key without a namespace belongs to the project, as in Pulumi; `ckan:config:cluster` is an old form of `ckan:cluster`. */
function namespaced(config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key.includes(":") ? key.replace(/^([^:]+):config:/, "$1:") : `ckan:${key}`,
      value,
    ]),
  );
}

/** The configuration from a stack file with these keys. */
export function stackConfiguration(config: Readonly<Record<string, unknown>>): StackConfiguration {
  const entries = Object.entries(config).map(([key, value]) => [key, configurationText(key, value)] as const);
  const secret = ([key, value]: readonly [string, unknown]) => hasEncrypted(value) || key === rootSecret;
  return {
    values: Object.fromEntries(entries),
    secretKeys: Object.entries(config)
      .filter(secret)
      .map(([key]) => key),
  };
}

function configurationText(key: string, value: unknown): string {
  // The two root secrets must differ.
  if (isEncrypted(value)) return key === "ckan:previousRootSecret" ? `${standInSecret}-before` : standInSecret;
  return typeof value === "object" && value !== null ? JSON.stringify(readable(value)) : String(value);
}

/** Secrets may be anywhere inside an object. */
function readable(value: unknown): unknown {
  if (isEncrypted(value)) return standInSecret;
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, readable(inner)]));
}

function hasEncrypted(value: unknown): boolean {
  if (isEncrypted(value)) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(hasEncrypted);
}

/** Pulumi's form of a secret: an object with only this key. */
function isEncrypted(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const [key, ...others] = Object.keys(value);
  return key === "secure" && others.length === 0;
}
