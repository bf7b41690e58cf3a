/** Reading properties whose shape nobody guarantees. */

export type Properties = Readonly<Record<string, unknown>>;

/** Stands for a value that a preview cannot know. `up` judges it when it is known. */
export const unknownValue = Symbol("known after up");

/** What lies at a path; `unknownValue` as soon as a step of the way is unknown, undefined where there is nothing. */
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

/** The elements of a list; nothing where there is none. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Keys and values of an object; nothing where there is none. */
export function entries(value: unknown): readonly (readonly [string, unknown])[] {
  return isObject(value) ? Object.entries(value) : [];
}

export function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The texts of a list, or of one text. */
export function texts(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).filter((item) => typeof item === "string");
}

export interface PlacedText {
  readonly path: string;
  readonly text: string;
}

/** Every text below a value with its path. */
export function placedTexts(value: unknown, path = ""): readonly PlacedText[] {
  if (typeof value === "string") return [{ path, text: value }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => placedTexts(item, join(path, key)));
}

export function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

/** Whether a path is another one or lies below it. */
export function isAtOrBelow(path: string, other: string): boolean {
  return path === other || other === "" || path.startsWith(`${other}.`);
}
