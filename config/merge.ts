/** Merges an instance's settings over the defaults. */

/** Settings that exclude each other: one of them in an instance also replaces the other one of the defaults. */
const alternatives: Readonly<Record<string, string>> = { replicas: "scaling", scaling: "replicas" };

/**
 * Merges objects key by key; anything else, lists included, is replaced as a whole. An object whose `kind` differs from the
 * default's replaces it as a whole too: the settings of one kind mean nothing to another.
 */
export function deepMerge(under: unknown, over: unknown): unknown {
  if (over === undefined) return under;
  if (!isObject(under) || !isObject(over)) return over;
  if (over["kind"] !== undefined && under["kind"] !== undefined && over["kind"] !== under["kind"]) return over;
  const replaced = Object.keys(over).map((key) => alternatives[key]);
  const kept = Object.keys(under).filter((key) => key in over || !replaced.includes(key));
  const keys = [...new Set([...kept, ...Object.keys(over)])];
  return Object.fromEntries(keys.map((key) => [key, deepMerge(under[key], over[key])]));
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value at a path of keys, or undefined. */
export function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    root,
  );
}
