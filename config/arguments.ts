/** The settings of a stack file as arguments of a component: one schema for both, with the same defaults, messages and checks. */
import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { childrenOf, type Mark, markOf, type Resolved, type Schema, schemaAt, withoutFrom } from "./marks.ts";
import { isObject } from "./merge.ts";
import { ArgumentsError, type Mistake, schemaMistakes } from "./mistakes.ts";
import { unusable } from "./secrets.ts";

/** Arguments of a part; those with a default may be omitted. */
export type Arguments<S extends z.ZodType> = Resolved<z.input<S>>;

/** The same, checked and complete. */
export type Settings<S extends z.ZodType> = Resolved<z.output<S>>;

/**
 * Checks the arguments of a component and fills in defaults.
 *
 * @param name of the component, for the error
 * @throws ArgumentsError with every mistake, before anything is declared
 */
export function checked<S extends z.ZodType>(schema: S, given: Arguments<S>, name: string): Settings<S> {
  const handed = new Map<string, Handed>();
  const asInFile = inFileForm(schema, given, [], handed);
  const parsed = schema.safeParse(asInFile);
  const mistakes = [
    ...(parsed.success ? [] : inProgramWords(schemaMistakes(parsed.error, asInFile, [], schema), schema, asInFile)),
    ...[...handed.values()].flatMap(secretMistake),
  ];
  if (!parsed.success || mistakes.length > 0) throw new ArgumentsError(name, mistakes);
  return resolve(schema, parsed.data, (text, path) => handed.get(path.join("."))?.value ?? text) as Settings<S>;
}

/** Like `checked`, for arguments of which only some are settings. */
export function checkedAmong<S extends z.ZodObject>(schema: S, args: Arguments<S>, name: string): Settings<S> {
  const settings = [...childrenOf(schema, {})].map(([key, child]) =>
    markOf(child)?.secret === undefined ? key : withoutFrom(key),
  );
  const own = Object.entries(args as object).filter(([key, value]) => settings.includes(key) && value !== undefined);
  return checked(schema, Object.fromEntries(own) as Arguments<S>, name);
}

/** The settings of a stack file as arguments; `secret` reads the secret that a setting names. */
export function resolveSecrets<S extends z.ZodType>(
  schema: S,
  settings: z.output<S>,
  secret: (key: string) => string,
): Settings<S> {
  const hand = (text: unknown, _: unknown, mark: Mark) => (mark.secret === undefined ? text : secret(String(text)));
  return resolve(schema, settings, hand) as Settings<S>;
}

/** An argument that is a secret or an output, where a stack file has a name or text. */
interface Handed {
  readonly setting: string;
  readonly mark: Mark;
  readonly value: unknown;
}

/** Arguments in the form of a stack file: placeholders replace secrets and outputs, which `handed` collects by path. */
function inFileForm(schema: Schema, given: unknown, path: readonly string[], handed: Map<string, Handed>): unknown {
  if (Array.isArray(given)) {
    const children = childrenOf(schema, given);
    return given.map((item, index) => {
      const child = children.get(String(index));
      return child === undefined ? item : inFileForm(child, item, [...path, String(index)], handed);
    });
  }
  if (!isObject(given) || pulumi.Output.isInstance(given)) return given;
  const file: Record<string, unknown> = { ...given };
  for (const [key, child] of childrenOf(schema, given)) {
    const mark = markOf(child);
    const name = mark?.secret === undefined ? key : withoutFrom(key);
    const value = given[name];
    // `passwordFrom` in arguments is dropped: the name in it would be taken for the secret itself.
    if (name !== key) delete file[key];
    if (value === undefined) continue;
    const stands = mark === undefined ? undefined : placeholder(mark, value);
    if (mark !== undefined && stands !== undefined) {
      const here = [...path, key];
      delete file[name];
      file[key] = stands;
      handed.set(here.join("."), { setting: [...path, name].join("."), mark, value });
    } else {
      file[key] = inFileForm(child, value, [...path, key], handed);
    }
  }
  return file;
}

/** The placeholder for a value during the check; undefined if the value itself is checked. */
function placeholder({ secret, sample }: Mark, value: unknown): string | undefined {
  if (secret !== undefined) return "handedOver";
  return typeof value === "string" ? undefined : sample;
}

/** Reports a missing secret under its name in arguments: `password`, not `passwordFrom`. */
function inProgramWords(mistakes: readonly Mistake[], schema: Schema, file: unknown): readonly Mistake[] {
  return mistakes.map((mistake) => {
    const at = schemaAt(schema, file, mistake.key.split("."));
    const isSecret = at !== undefined && markOf(at)?.secret !== undefined;
    return isSecret ? { key: withoutFrom(mistake.key), expected: "expected a secret: text, or an output" } : mistake;
  });
}

/** Mistakes in a secret that is given as plain text. Outputs cannot be checked. */
function secretMistake({ setting, mark, value }: Handed): readonly Mistake[] {
  if (mark.secret === undefined || typeof value !== "string") return [];
  return unusable(value, setting, mark.secret(setting)).map((expected) => ({ key: setting, expected }));
}

type Hand = (text: unknown, path: readonly string[], mark: Mark) => unknown;

/** Settings in the form of arguments: `hand` gives the value of each marked setting, and secrets are named without `From`. */
function resolve(schema: Schema, value: unknown, hand: Hand, path: readonly string[] = []): unknown {
  const children = childrenOf(schema, value);
  const inside = (key: string, inner: unknown): unknown => {
    const child = children.get(key);
    if (child === undefined || inner === undefined) return inner;
    const here = [...path, key];
    const mark = markOf(child);
    const isHanded = mark?.secret !== undefined || mark?.sample !== undefined;
    return isHanded ? hand(inner, here, mark) : resolve(child, inner, hand, here);
  };
  if (Array.isArray(value)) return value.map((item, index) => inside(String(index), item));
  if (!isObject(value)) return value;
  const name = (key: string) => {
    const child = children.get(key);
    return child !== undefined && markOf(child)?.secret !== undefined ? withoutFrom(key) : key;
  };
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [name(key), inside(key, inner)]));
}
