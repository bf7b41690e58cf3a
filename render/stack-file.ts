/** Reads a stack file as Pulumi's CLI does, without the CLI. */
import { existsSync, readFileSync } from "node:fs";
import { parse } from "yaml";
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

/**
 * @param path where it is
 * @param missing what to say when there is none
 * @throws RunError when it cannot be read, or is no stack file
 */
export function readStackFile(path: string, missing = `There is no file ${path}`): StackConfiguration {
  return stackConfiguration({ [rootSecret]: standInSecret, ...readKeys(path, missing) });
}

/** Whether a stack file has a root secret, which `readStackFile` does without. */
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
    // Pulumi's parser knows merge keys (`<<: *name`), which YAML 1.2 left out.
    return parse(text, { merge: true });
  } catch (error) {
    // An alias that nothing has is found when the rest has been read, and is no YAMLParseError. Below the first line the parser quotes
    // the file, and so perhaps a secret.
    const [first = ""] = (error as Error).message.split("\n");
    throw userError(`${path} is no YAML: ${first.replace(/:$/, "")}`);
  }
}

/** What is empty is one as well. */
function mapping(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (value === null || value === undefined) return {};
  if (typeof value === "object" && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  throw userError(`${name} is no mapping: expected keys and values`);
}

/** A key without a namespace is the project's own, for Pulumi as well; `ckan:config:cluster` is an old form of `ckan:cluster`. */
function namespaced(config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key.includes(":") ? key.replace(/^([^:]+):config:/, "$1:") : `ckan:${key}`,
      value,
    ]),
  );
}

/** The configuration that a stack file with these keys would give. */
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
  // Two root secrets are never the same.
  if (isEncrypted(value)) return key === "ckan:previousRootSecret" ? `${standInSecret}-before` : standInSecret;
  return typeof value === "object" && value !== null ? JSON.stringify(readable(value)) : String(value);
}

/** Secrets may stand anywhere inside an object. */
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

/** Pulumi's form of a secret: this key, and no other. */
function isEncrypted(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const [key, ...others] = Object.keys(value);
  return key === "secure" && others.length === 0;
}
