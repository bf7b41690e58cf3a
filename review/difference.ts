/** Differences between two sets of properties, for a reviewer: property, old value, new value. */
import { structuredPatch } from "diff";
import { bareName } from "./content-name.ts";
import { knownLater, maskLine, maskValue } from "./mask.ts";

/** A changed property. A multi-line text shows only the changed lines with context. Never contains a secret. */
export type PropertyChange =
  | {
      readonly kind: "value";
      readonly path: string;
      /** Missing for an added property. */
      readonly old?: string | undefined;
      /** Missing for a removed property. */
      readonly next?: string | undefined;
    }
  | { readonly kind: "text"; readonly path: string; readonly lines: readonly string[] };

type Node = Readonly<Record<string, unknown>>;

/** Lines of context around a change. */
const context = 1;

/** Keys that identify the items of a list; the first one that all items have is used: containers and variables by name, rules by ref. */
const identities = ["name", "ref", "key", "secretName", "mountPath"] as const;

export function differences(old: unknown, next: unknown, path = ""): readonly PropertyChange[] {
  if (old === next) return [];
  if (isNode(old) && isNode(next)) return objectDifferences(old, next, path);
  if (Array.isArray(old) && Array.isArray(next)) return listDifferences(old, next, path);
  if (typeof old === "string" && typeof next === "string" && /\n./.test(old + next)) {
    return [{ kind: "text", path, lines: lineDifferences(old, next) }];
  }
  const name = nameOfPath(path);
  return [
    valueChange(
      path,
      old === undefined ? old : maskValue(old, name),
      next === undefined ? next : maskValue(next, name),
    ),
  ];
}

/** A value as text: strings as they are, everything else as JSON. */
export function written(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
}

/** `metadata.labels["example.org/name"]`, as Pulumi writes it. */
export function joined(path: string, key: string): string {
  if (!/^[\w-]+$/.test(key)) return `${path}["${key}"]`;
  return path === "" ? key : `${path}.${key}`;
}

function valueChange(path: string, old: unknown, next: unknown): PropertyChange {
  return {
    kind: "value",
    path,
    ...(old !== undefined && { old: written(old) }),
    ...(next !== undefined && { next: written(next) }),
  };
}

function objectDifferences(old: Node, next: Node, path: string): readonly PropertyChange[] {
  const keys = [...new Set([...Object.keys(old), ...Object.keys(next)])].sort();
  return keys.flatMap((key) => (old[key] === next[key] ? [] : differences(old[key], next[key], joined(path, key))));
}

function listDifferences(old: readonly unknown[], next: readonly unknown[], path: string): readonly PropertyChange[] {
  const identity = identities.find((key) => identifies(old, key) && identifies(next, key));
  if (identity !== undefined) {
    const [before, after] = [byIdentity(old, identity), byIdentity(next, identity)];
    const keys = [...new Set([...before.keys(), ...after.keys()])].sort();
    return keys.flatMap((key) => differences(before.get(key), after.get(key), `${path}[${key}]`));
  }
  // An item that is in both lists is not a difference, whatever its position.
  const gone = without(old, next);
  const added = without(next, old);
  if (gone.length !== added.length) {
    return [
      ...gone.map((item) => listItem(path, item, undefined)),
      ...added.map((item) => listItem(path, undefined, item)),
    ];
  }
  return gone.flatMap((item, index) => differences(item, added[index], `${path}[${old.indexOf(item)}]`));
}

function listItem(path: string, old: unknown, next: unknown): PropertyChange {
  const name = nameOfPath(path);
  const shown = (value: unknown) => (value === undefined ? undefined : maskValue(value, name));
  return valueChange(`${path}[]`, shown(old), shown(next));
}

function identifies(items: readonly unknown[], key: string): boolean {
  const values = items.map((item) => (isNode(item) ? item[key] : undefined));
  return values.every((value) => typeof value === "string") && new Set(values.map(bareName)).size === values.length;
}

/** Hashes are ignored: a reference to new content of the same object is the same item. */
function byIdentity(items: readonly unknown[], key: string): ReadonlyMap<string, unknown> {
  return new Map(items.map((item) => [bareName(String((item as Node)[key])), item]));
}

/** Items that `others` lacks, as often as they are missing. */
function without(items: readonly unknown[], others: readonly unknown[]): readonly unknown[] {
  const counts = new Map<string, number>();
  for (const other of others) counts.set(written(other), (counts.get(written(other)) ?? 0) + 1);
  return items.filter((item) => {
    const count = counts.get(written(item)) ?? 0;
    counts.set(written(item), count - 1);
    return count <= 0;
  });
}

function lineDifferences(old: string, next: string): readonly string[] {
  const { hunks } = structuredPatch("", "", old, next, "", "", { context });
  return hunks
    .flatMap(({ lines }, index) => [...(index > 0 ? ["..."] : []), ...lines])
    .filter((line) => !line.startsWith("\\"))
    .map((line) => `${line.slice(0, 1)}${maskLine(line.slice(1))}`);
}

/** The property's name or, for `env[PASSWORD].value`, the variable's. */
function nameOfPath(path: string): string {
  const variable = /\[([^\]]+)\]\.value$/.exec(path)?.[1];
  return variable ?? /([\w-]+)(?:\[[^\]]*\])?$/.exec(path)?.[1] ?? path;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether the new value is not known yet, so that it cannot be judged. */
export function isKnownLater(change: PropertyChange): boolean {
  return change.kind === "value" && change.next?.includes(knownLater) === true;
}
