/** Rules about objects that hold data. */
import { quantityValue } from "../../components/kubernetes/quantity.ts";
import { type Change, Operation } from "../changes.ts";
import type { PropertyChange } from "../difference.ts";
import { type Risk, RiskClass } from "../risk.ts";

/** Types without version that hold data: deleting such an object deletes its data. */
const holders = [
  /^kubernetes:core\/v1:(?:PersistentVolumeClaim|PersistentVolume|Namespace)$/,
  /^kubernetes:postgresql\.cnpg\.io\/v\w+:(?:Cluster|Database)$/,
  /^gcp:sql\/(?:databaseInstance|database):/,
  /^gcp:storage\/bucket:/,
  /^postgresql:index\/database:/,
];

/** Sizes that can grow but never shrink. */
const sizes = /(?:^|\.)(?:spec\.resources\.requests\.storage|storage\.size|settings\.diskSize)$/;

/** Protection of data besides Pulumi's own options; `weaker` says whether the new value protects less. */
const guards: readonly {
  readonly path: RegExp;
  readonly weaker: (next: string | undefined, old: string | undefined) => boolean;
}[] = [
  { path: /(?:^|\.)deletionProtection(?:Enabled)?$/, weaker: (next) => next !== "true" },
  { path: /(?:^|\.)(?:retainBackupsOnDelete|pointInTimeRecoveryEnabled)$/, weaker: (next) => next !== "true" },
  { path: /(?:^|\.)(?:versioning|backupConfiguration)\.enabled$/, weaker: (next) => next !== "true" },
  { path: /(?:^|\.)forceDestroy$/, weaker: (next) => next === "true" },
  {
    path: /(?:^|\.)(?:retainedBackups|transactionLogRetentionDays|retentionDurationSeconds)$/,
    weaker: (next, old) => !(Number(next) >= Number(old)),
  },
  { path: /(?:^|\.)retentionPolicy\b/, weaker: () => true },
  { path: /(?:^|\.)lifecycleRules\b/, weaker: () => true },
  { path: /(?:^|\.)availabilityType$/, weaker: (_, old) => old === "REGIONAL" },
];

/** Operations on an object that exists before and after. */
const stays: readonly Operation[] = [Operation.Updated, Operation.Replaced, Operation.Guarded];

/** Data are deleted with their object, or are no longer managed by the stack. */
export function lostHolder(change: Change): Risk | undefined {
  const { operation, type, guardBefore } = change;
  const gone = operation === Operation.Deleted || operation === Operation.Replaced;
  if (!gone || !holdsData(change)) return undefined;
  const what = operation === Operation.Deleted ? "is deleted" : "is replaced by an empty one";
  const refused = guardBefore.protect ? "; it is protected, so Pulumi refuses" : "";
  if (!guardBefore.retain) return { class: RiskClass.DataLoss, text: `${what}, with everything in it${refused}` };
  const left = operation === Operation.Deleted ? "leaves the stack" : "is replaced by an empty one";
  const stays = type.endsWith(":Namespace") ? "the namespace stays" : "the data stay outside of the stack";
  return { class: RiskClass.DataDetached, text: `${left}; ${stays}${refused}` };
}

/** A size that cannot shrink without copying the data. */
export function smallerStorage({ properties }: Change): Risk | undefined {
  const smaller = properties.find((change) => isSize(change) && !(amount(change.next) >= amount(change.old)));
  if (smaller?.kind !== "value") return undefined;
  return {
    class: RiskClass.DataLoss,
    text: `storage shrinks from ${smaller.old} to ${smaller.next ?? "none"}, which takes a new, empty one`,
  };
}

export function weakerGuard(change: Change): Risk | undefined {
  const { operation, guardBefore, guardAfter, properties, type, site } = change;
  if (/:ScheduledBackup$/.test(type) && operation === Operation.Deleted && site === "kept") {
    return { class: RiskClass.Protection, text: "backups are not made any more" };
  }
  if (!stays.includes(operation)) return undefined;
  const lost = [
    ...(guardBefore.protect && !guardAfter.protect ? ["Pulumi may delete or replace it from now on"] : []),
    ...(guardBefore.retain && !guardAfter.retain ? ["a deletion takes the data with it from now on"] : []),
    ...properties.filter(isWeaker).map((property) => `\`${property.path}\` ${sides(property)}`),
  ];
  return lost.length === 0 ? undefined : { class: RiskClass.Protection, text: lost.join("; ") };
}

function holdsData(change: Change): boolean {
  const { type } = change;
  const templates = (change.old?.["spec"] as { volumeClaimTemplates?: readonly unknown[] } | undefined)
    ?.volumeClaimTemplates;
  return holders.some((holder) => holder.test(type)) || (templates?.length ?? 0) > 0;
}

function isSize(change: PropertyChange): change is PropertyChange & { kind: "value" } {
  return change.kind === "value" && sizes.test(change.path) && change.old !== undefined;
}

/** Bytes of a quantity, or of a plain number in gigabytes. */
function amount(text: string | undefined): number {
  return quantityValue(text ?? "");
}

function isWeaker(change: PropertyChange): boolean {
  if (change.kind !== "value") return false;
  return guards.some(({ path, weaker }) => path.test(change.path) && weaker(change.next, change.old));
}

export function sides(change: PropertyChange): string {
  return change.kind === "text" ? "changes" : `from ${change.old ?? "none"} to ${change.next ?? "none"}`;
}
