/** Secrets of servers that exist already: scalar keys of the stack file, named by the settings of instances. */

import type { Mistake } from "../../config/mistakes.ts";
import { structuredKeys } from "../environment/settings.ts";
import type { RegistrySettings } from "../registries/settings.ts";
import { settingSecrets } from "./setting-secrets.ts";
import type { Instance } from "./settings.ts";

export interface Named {
  readonly key: string;
  /** The setting that names it. */
  readonly setting: string;
  /** Set when the value becomes part of a URL. */
  readonly urlSafe?: boolean;
  /** Set when no % may stand in the value. */
  readonly withoutPercent?: boolean;
  /** Set when no blank may stand in the value either. */
  readonly withoutBlanks?: boolean;
}

/**
 * Secrets that are named but missing or unusable, and keys of the file that nothing names. Values are never shown. `registries`
 * are undefined when the environment's own settings could not be read. Unless all instances are there (`complete`), one that could
 * not be read may name keys that nobody else does.
 */
export function secretMistakes(
  raw: Readonly<Record<string, unknown>>,
  instances: Readonly<Record<string, Instance>>,
  registries: readonly RegistrySettings[] | undefined,
  complete: boolean,
): readonly Mistake[] {
  const named = [
    ...Object.entries(instances).flatMap(([name, instance]) => [
      ...namedSecrets(`instances.${name}`, instance),
      ...settingSecrets(`instances.${name}`, instance),
    ]),
    ...(registries ?? []).map(({ passwordFrom }, index) => ({
      key: passwordFrom,
      setting: `cluster.registries.${index}.passwordFrom`,
    })),
  ];
  return [
    ...named.flatMap((secret) => valueMistakes(secret, raw[secret.key])),
    ...(registries !== undefined && complete ? unknownKeys(raw, named) : []),
  ];
}

function namedSecrets(at: string, { database, search, queue, files }: Instance): readonly Named[] {
  const named: Named[] = [];
  if (database.kind === "external") {
    named.push({ key: database.administrator.passwordFrom, setting: `${at}.database.administrator.passwordFrom` });
  }
  if (database.kind === "cloud-native-pg" && database.backup?.store.kind === "s3") {
    const { accessKeyFrom, secretKeyFrom } = database.backup.store;
    named.push({ key: accessKeyFrom, setting: `${at}.database.backup.store.accessKeyFrom` });
    named.push({ key: secretKeyFrom, setting: `${at}.database.backup.store.secretKeyFrom` });
  }
  if (queue.kind === "external")
    named.push({ key: queue.passwordFrom, setting: `${at}.queue.passwordFrom`, urlSafe: true });
  if (search.kind === "external" && search.passwordFrom !== undefined) {
    const setting = `${at}.search.passwordFrom`;
    named.push({ key: search.passwordFrom, setting, withoutPercent: true, withoutBlanks: true });
  }
  if (files.kind === "s3") {
    named.push({ key: files.accessKeyFrom, setting: `${at}.files.accessKeyFrom` });
    named.push({ key: files.secretKeyFrom, setting: `${at}.files.secretKeyFrom` });
  }
  return named;
}

function valueMistakes(
  { key, setting, urlSafe, withoutPercent, withoutBlanks }: Named,
  value: unknown,
): readonly Mistake[] {
  if (typeof value !== "string" || value === "") {
    const remedy = `run pulumi config set --secret ckan:${key}`;
    return [{ key, expected: `expected a secret, because ${setting} names it: ${remedy}` }];
  }
  if (urlSafe && !/^[A-Za-z0-9._~-]+$/.test(value)) {
    return [{ key, expected: "expected a password of letters, digits, ., _, ~ and - only: it becomes part of a URL" }];
  }
  if (withoutPercent && value.includes("%")) {
    const expected = `expected a value without %, because ${setting} names it: CKAN takes it for a default of its ini file, where % begins a reference`;
    return [{ key, expected }];
  }
  if (withoutBlanks && /\s/.test(value)) {
    return [{ key, expected: "expected a password without blanks: CKAN would hand over a + in place of each" }];
  }
  return [];
}

function unknownKeys(raw: Readonly<Record<string, unknown>>, named: readonly Named[]): readonly Mistake[] {
  const known = new Set<string>([
    ...structuredKeys,
    "rootSecret",
    "previousRootSecret",
    ...named.map(({ key }) => key),
  ]);
  const expected = "expected nothing here: this key is unknown; look for a spelling mistake or remove it";
  return Object.keys(raw)
    .filter((key) => !known.has(key))
    .map((key) => ({ key, expected }));
}
