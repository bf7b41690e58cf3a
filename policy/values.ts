/** Reads properties of unknown shape. */

export type Properties = Readonly<Record<string, unknown>>;

/** A value that the preview cannot know. `up` checks it once it is known. */
export const unknownValue = Symbol("known after up");

/** The value at a path; `unknownValue` as soon as one step is unknown, undefined where nothing is there. */
export function read(value: unknown, ...path: readonly (string | number)[]): unknown {
  let found = value;
  for (const step of path) {
    if (found === unknownValue || found === undefined || found === null) break;
    found = typeof found === "object" ? (found as Properties)[step] : undefined;
  }
  return found ?? undefined;
}

export function isKnown(value: unknown): boolean {
  return value !== unknownValue;
}

/** The elements of a list; empty for anything else. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Keys and values of an object; empty for anything else. */
export function entries(value: unknown): readonly (readonly [string, unknown])[] {
  return isObject(value) ? Object.entries(value) : [];
}

export function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The texts of a list, or a single text. */
export function texts(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).filter((item) => typeof item === "string");
}

export interface PlacedText {
  readonly path: string;
  readonly text: string;
}

/** Every text below a value, with its path. */
export function placedTexts(value: unknown, path = ""): readonly PlacedText[] {
  if (typeof value === "string") return [{ path, text: value }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => placedTexts(item, join(path, key)));
}

export function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

/** Whether a path equals another one or lies below it. */
export function isAtOrBelow(path: string, other: string): boolean {
  return path === other || other === "" || path.startsWith(`${other}.`);
}
