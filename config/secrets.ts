/** Secrets of existing servers: scalar keys of the stack file, which settings name. */
import { childrenOf, markOf, type Schema, type SecretRules } from "./marks.ts";
import { isObject } from "./merge.ts";
import type { Mistake } from "./mistakes.ts";

export interface Named {
  /** Key of the stack file. */
  readonly key: string;
  /** The setting that names it. */
  readonly setting: string;
  readonly rules: SecretRules;
}

/** Every secret key that settings of this schema name; `at` is the path of the settings. */
export function namedSecrets(schema: Schema, settings: unknown, at: string): readonly Named[] {
  const children = childrenOf(schema, settings);
  const values = isObject(settings) || Array.isArray(settings) ? Object.entries(settings) : [];
  return values.flatMap(([name, value]) => {
    const child = children.get(name);
    if (child === undefined || value === undefined) return [];
    const setting = at === "" ? name : `${at}.${name}`;
    const secret = markOf(child)?.secret;
    return secret === undefined ? namedSecrets(child, value, setting) : [{ key: value, setting, rules: secret(name) }];
  });
}

/** Secrets that are named but missing or unusable. Values are never shown. */
export function secretMistakes(raw: Readonly<Record<string, unknown>>, named: readonly Named[]): readonly Mistake[] {
  return named.flatMap(({ key, setting, rules }) => {
    const value = raw[key];
    if (typeof value !== "string" || value === "") {
      const remedy = `run pulumi config set --secret ckan:${key}`;
      return [{ key, expected: `expected a secret, because ${setting} names it: ${remedy}` }];
    }
    return unusable(value, setting, rules).map((expected) => ({ key, expected }));
  });
}

/** Keys of the file that are neither settings (`known`) nor named by one. */
export function unknownKeys(
  raw: Readonly<Record<string, unknown>>,
  known: readonly string[],
  named: readonly Named[],
): readonly Mistake[] {
  const all = new Set([...known, ...named.map(({ key }) => key)]);
  const expected = "expected nothing here: this key is unknown; look for a spelling mistake or remove it";
  return Object.keys(raw)
    .filter((key) => !all.has(key))
    .map((key) => ({ key, expected }));
}

/** What to write instead of an unusable value: at most one sentence. */
export function unusable(value: string, setting: string, rules: SecretRules): readonly string[] {
  const { urlSafe, withoutPercent, withoutBlanks } = rules;
  if (urlSafe && !/^[A-Za-z0-9._~-]+$/.test(value)) {
    return ["expected a password of letters, digits, ., _, ~ and - only: it becomes part of a URL"];
  }
  if (withoutPercent && value.includes("%")) {
    return [
      `expected a value without %, because ${setting} names it: CKAN takes it for a default of its ini file, where % begins a reference`,
    ];
  }
  if (withoutBlanks && /\s/.test(value)) {
    return ["expected a password without blanks: CKAN would hand over a + in place of each"];
  }
  return [];
}
