/** Turns the engine's steps into changes as a reviewer sees them: one per object, with its differences and its place. */
import { bareName, contentHash } from "./content-name.ts";
import { differences, isKnownLater, type PropertyChange } from "./difference.ts";
import { masked, maskValue } from "./mask.ts";
import { kindOf, nameOf, type Place, partOrder, placeOf, siteType } from "./place.ts";
import type { Preview, ResourceState, Step } from "./preview.ts";

export const Operation = {
  Created: "created",
  Updated: "updated",
  Replaced: "replaced",
  Deleted: "deleted",
  /** An existing object that the stack manages from now on. */
  Imported: "imported",
  /** Only Pulumi's protection of the object changes. */
  Guarded: "guarded",
} as const;
export type Operation = (typeof Operation)[keyof typeof Operation];

/** Pulumi's protection of an object. */
export interface Guard {
  /** Pulumi refuses to delete or replace it. */
  readonly protect: boolean;
  /** A deletion removes it from the stack only. */
  readonly retain: boolean;
}

export interface Change extends Place {
  readonly operation: Operation;
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** Whether the whole site appears or goes at the same time. */
  readonly site: "new" | "gone" | "kept";
  /** Masked. Undefined for a created object. */
  readonly old: Properties | undefined;
  /** Masked. Undefined for a deleted object. */
  readonly next: Properties | undefined;
  readonly guardBefore: Guard;
  readonly guardAfter: Guard;
  readonly properties: readonly PropertyChange[];
  /** Properties that force a replacement. */
  readonly reasons: readonly string[];
  /** Objects whose content, and therefore name, changed and which this one now refers to: their names without the hash. */
  readonly follows: readonly string[];
}

export type Properties = Readonly<Record<string, unknown>>;

/** One step, or two that are one change: an object with a content hash in its name is created anew and deleted. */
interface Pair {
  readonly operation: Operation;
  readonly urn: string;
  readonly old: ResourceState | undefined;
  readonly next: ResourceState | undefined;
  readonly reasons: readonly string[];
}

/** Sorted by name: the engine's order varies from run to run. */
export function changesOf({ steps }: Preview): readonly Change[] {
  const sites = new Map(
    steps.filter(isSite).map(({ op, urn }) => [nameOf(urn), op === "create" ? "new" : "gone"] as const),
  );
  const pairs = joinRenamed(steps.flatMap((step) => pairOf(step, steps)));
  const moved = new Map(pairs.flatMap(renames));
  return pairs.map((pair) => changeOf(pair, sites, moved)).sort(byPlace);
}

function isSite({ op, urn, oldState, newState }: Step): boolean {
  return (op === "create" || op === "delete") && (newState ?? oldState)?.type === siteType && urn !== "";
}

function pairOf(step: Step, steps: readonly Step[]): readonly Pair[] {
  const state = step.newState ?? step.oldState;
  // Default providers are created by Pulumi; components and the stack are not objects.
  if (state?.custom !== true || /^pulumi:providers:.*::default(?:_|$)/.test(`${state.type}::${nameOf(step.urn)}`))
    return [];
  const operation = operationOf(step, steps);
  if (operation === undefined) return [];
  const { urn, oldState: old, newState: next } = step;
  const reasons = operation === Operation.Replaced ? replaceReasons(step) : [];
  return [
    {
      operation,
      urn,
      old: operation === Operation.Created ? undefined : old,
      next: operation === Operation.Deleted ? undefined : next,
      reasons,
    },
  ];
}

function operationOf({ op, urn, oldState, newState }: Step, steps: readonly Step[]): Operation | undefined {
  switch (op) {
    case "create":
      return Operation.Created;
    case "update":
      return Operation.Updated;
    case "delete":
      return Operation.Deleted;
    case "replace":
    case "import-replacement":
      return Operation.Replaced;
    case "import":
      return Operation.Imported;
    case "same":
      return oldState?.protect !== newState?.protect || oldState?.retainOnDelete !== newState?.retainOnDelete
        ? Operation.Guarded
        : undefined;
    case "delete-replaced":
      // Half of a replacement. Alone, it finishes one that an earlier update began.
      return steps.some((other) => other.urn === urn && other.op !== op) ? undefined : Operation.Deleted;
    case "create-replacement":
      return steps.some((other) => other.urn === urn && other.op === "replace") ? undefined : Operation.Replaced;
    case "read":
    case "read-replacement":
    case "refresh":
    case "discard":
    case "discard-replaced":
    case "remove-pending-replace":
      return undefined;
  }
}

function replaceReasons({ replaceReasons: reasons, detailedDiff }: Step): readonly string[] {
  const detailed = Object.entries(detailedDiff ?? {}).filter(([, { kind }]) => kind.endsWith("-replace"));
  return [...new Set([...(reasons ?? []), ...detailed.map(([path]) => path)])].sort();
}

/** Joins a created and a deleted object with the same parent and type whose names differ only in the hash: one object with new content. */
function joinRenamed(pairs: readonly Pair[]): readonly Pair[] {
  const created = new Map<string, Pair[]>();
  for (const pair of pairs) {
    if (pair.operation !== Operation.Created || !contentHash.test(nameOf(pair.urn))) continue;
    const key = contentKey(pair);
    const same = created.get(key);
    if (same === undefined) created.set(key, [pair]);
    else same.push(pair);
  }
  const joined = new Set<Pair>();
  const updates = pairs.flatMap((pair) => {
    const [other, ...more] = pair.operation === Operation.Deleted ? (created.get(contentKey(pair)) ?? []) : [];
    if (other === undefined || more.length > 0 || joined.has(other) || !contentHash.test(nameOf(pair.urn))) return [];
    joined.add(pair).add(other);
    return [{ ...other, operation: Operation.Updated, old: pair.old }];
  });
  return [...pairs.filter((pair) => !joined.has(pair)), ...updates];
}

function contentKey({ urn, old, next }: Pair): string {
  const { type = "", parent = "" } = next ?? old ?? {};
  return [type, parent, bareName(nameOf(urn))].join(" ");
}

/** Old and new name of an object with a content hash in its name. */
function renames({ old, next }: Pair): readonly (readonly [string, string])[] {
  const before = objectName(old?.inputs);
  const after = objectName(next?.inputs);
  if (before === undefined || after === undefined || before === after || bareName(before) !== bareName(after))
    return [];
  return [[before, after]];
}

function objectName(inputs: Properties | undefined): string | undefined {
  const name = (inputs?.["metadata"] as Properties | undefined)?.["name"];
  return typeof name === "string" ? name : undefined;
}

function changeOf(pair: Pair, sites: ReadonlyMap<string, "new" | "gone">, moved: ReadonlyMap<string, string>): Change {
  const { operation, urn, old, next, reasons } = pair;
  const state = next ?? old;
  const place = placeOf(urn, state?.parent ?? "");
  const all = propertiesOf(pair);
  const isMove = (change: PropertyChange) =>
    change.kind === "value" &&
    change.old !== undefined &&
    change.next !== undefined &&
    moved.get(change.old) === change.next;
  const ownName = (change: PropertyChange) => change.path === "metadata.name" && isHashed(change);
  const follows = all
    .filter((change) => isMove(change) && !ownName(change))
    .map((change) => bareName("next" in change ? (change.next ?? "") : ""));
  return {
    ...place,
    operation,
    urn,
    type: state?.type ?? "",
    name: renames(pair).length > 0 ? bareName(nameOf(urn)) : nameOf(urn),
    site: sites.get(place.instance ?? "") ?? "kept",
    // Computed on demand: few rules read them, and masking is the slowest step.
    get old() {
      return old && (maskValue(old.inputs) as Properties);
    },
    get next() {
      return next && (maskValue(next.inputs) as Properties);
    },
    guardBefore: guardOf(old),
    guardAfter: guardOf(next),
    properties: all.filter((change) => !isMove(change) && !ownName(change)),
    reasons: reasons.filter((reason) => reason !== "metadata.name"),
    follows: [...new Set(follows)].sort(),
  };
}

/** Differences of a change. For a created object only if an external service gets it: Kubernetes objects are too long to read here. */
function propertiesOf({ operation, old, next }: Pair): readonly PropertyChange[] {
  const type = next?.type ?? "";
  if (next === undefined || (old === undefined && type.startsWith("kubernetes:"))) return [];
  if (operation === Operation.Guarded) return [];
  return differences(old?.inputs ?? {}, next.inputs).map((change) => withoutSecretData(change, type));
}

/** Whether the object's own name differs only in its hash, even if not known yet: the change of content is listed anyway. */
function isHashed(change: PropertyChange): boolean {
  if (change.kind !== "value" || !contentHash.test(change.old ?? "")) return false;
  return isKnownLater(change) || bareName(change.old ?? "") === bareName(change.next ?? "");
}

/** Masks everything below a Secret's data, whatever the engine masked. */
function withoutSecretData(change: PropertyChange, type = ""): PropertyChange {
  if (kindOf(type) !== "Secret" || !/^(?:data|stringData)\b/.test(change.path)) return change;
  return { kind: "value", path: change.path, old: masked, next: masked };
}

function guardOf(state: ResourceState | undefined): Guard {
  return { protect: state?.protect ?? false, retain: state?.retainOnDelete ?? false };
}

function byPlace(one: Change, other: Change): number {
  return compare(sortKey(one), sortKey(other));
}

/** Sites by name, then the environment as a whole; parts in the order that visitors meet them. */
function sortKey({ instance, part, type, name, urn }: Change): readonly string[] {
  const order = partOrder.findIndex((known) => part === known || part.startsWith(`${known} `));
  const rank = String(order === -1 ? partOrder.length : order).padStart(2, "0");
  return [instance ?? "\uffff", rank, part, kindOf(type), name, urn];
}

/** By UTF-16 code unit, independent of the machine's locale. */
function compare(one: readonly string[], other: readonly string[]): number {
  const index = one.findIndex((text, position) => text !== other[position]);
  if (index === -1) return 0;
  return (one[index] ?? "") < (other[index] ?? "") ? -1 : 1;
}
