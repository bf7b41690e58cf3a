/** How two runs of a program differ, by logical name. */
import { isDeepStrictEqual } from "node:util";
import { valueAt } from "../../config/merge.ts";
import type { Declared } from "../../render/synthesize.ts";
import { title } from "./program.ts";

export interface Differences {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Other objects for Kubernetes: their name changed. */
  readonly renamed: readonly string[];
  /** The same objects with other content. */
  readonly changed: readonly string[];
}

/** Inputs are compared with secrets masked: a secret that changes must show by the name of its Secret. */
export function differences(before: readonly Declared[], after: readonly Declared[]): Differences {
  const earlier = new Map(before.map((resource) => [title(resource), resource]));
  const later = new Map(after.map((resource) => [title(resource), resource]));
  const both = [...later.keys()].filter((key) => earlier.has(key)).sort();
  const name = (resource: Declared | undefined) => valueAt(resource?.inputs, ["metadata", "name"]);
  const renamed = both.filter((key) => name(earlier.get(key)) !== name(later.get(key)));
  return {
    added: [...later.keys()].filter((key) => !earlier.has(key)).sort(),
    removed: [...earlier.keys()].filter((key) => !later.has(key)).sort(),
    renamed,
    changed: both.filter(
      (key) => !renamed.includes(key) && !isDeepStrictEqual(earlier.get(key)?.inputs, later.get(key)?.inputs),
    ),
  };
}
