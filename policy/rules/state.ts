/**
 * Protection of data. A rule sees only the planned inputs, so it cannot see a deletion; it requires that Pulumi and the platform refuse
 * one.
 */
import { groupOf, kindOf, namespaceOf } from "../kubernetes.ts";
import { type Context, Level, type Resource, type ResourceRule, type StackRule } from "../rule.ts";
import { RuleName } from "../rule-names.ts";
import { list, read, texts, unknownValue } from "../values.ts";

const stateful = [
  "kubernetes:core/v1:PersistentVolume",
  "kubernetes:core/v1:PersistentVolumeClaim",
  "kubernetes:postgresql.cnpg.io/v1:Cluster",
  "kubernetes:postgresql.cnpg.io/v1:Database",
  "gcp:sql/database:Database",
  "gcp:sql/databaseInstance:DatabaseInstance",
  "gcp:storage/bucket:Bucket",
  "postgresql:index/database:Database",
];

/** Values of `protection` that replace an exception for each resource. */
const Allowance = { Retained: "retained", Disposable: "disposable" } as const;

const settings = {
  types: { type: "array", items: { type: "string" }, description: "Further types of resources that hold data" },
} as const;

export const stateProtected: ResourceRule = {
  name: RuleName.StateProtected,
  level: Level.Mandatory,
  demand: "What holds data is protected from deletion and replacement.",
  reason:
    "a renamed part or a changed field that cannot change would otherwise delete citizens' data with one confirmation",
  remedy:
    "set the resource option protect: true and the platform's own protection, or say in the stack file that the data may go: protection: retained or disposable",
  settings,
  check: (resource, context) => {
    if (!holdsData(resource, context)) return [];
    return [...ofPulumi(resource, context), ...ofPlatform(resource, context)];
  },
};

export const namespaceProtected: StackRule = {
  name: RuleName.NamespaceProtected,
  level: Level.Mandatory,
  demand: "A namespace with volumes or databases in it is protected like them.",
  reason: "deleting a namespace deletes every claim in it, protected or not",
  remedy:
    "set the resource option protect: true on the namespace, or say in the stack file that the data may go: protection: retained or disposable",
  settings,
  checkStack: (resources, context) => {
    if (isAllowed(context)) return [];
    const held = resources.filter((resource) => groupOf(resource) !== undefined && holdsData(resource, context));
    const namespaces = new Set(held.map(namespaceOf));
    return resources
      .filter((resource) => kindOf(resource) === "Namespace" && !resource.protect)
      .filter(({ properties }) => namespaces.has(read(properties, "metadata", "name") ?? ""))
      .map((resource) => ({ resource, text: "it holds data and may be deleted" }));
  },
};

function holdsData(resource: Resource, { settings }: Context): boolean {
  return (
    stateful.includes(resource.type) || texts(settings["types"]).includes(resource.type) || claims(resource).length > 0
  );
}

/** Claims that a StatefulSet creates itself. */
function claims(resource: Resource): readonly unknown[] {
  return kindOf(resource) === "StatefulSet" ? list(read(resource.properties, "spec", "volumeClaimTemplates")) : [];
}

function isAllowed({ protection }: Context): boolean {
  return protection === Allowance.Retained || protection === Allowance.Disposable;
}

function ofPulumi({ protect }: Resource, context: Context): readonly string[] {
  return protect || isAllowed(context) ? [] : ["it holds data and may be deleted or replaced"];
}

/** The platform's own switches. With `retained`, the deletion guards may be off, but nothing may delete data as a side effect. */
function ofPlatform({ type, properties }: Resource, context: Context): readonly string[] {
  if (context.protection === Allowance.Disposable) return [];
  const guarded = (...path: readonly string[]) => {
    const value = read(properties, ...path);
    return isAllowed(context) || value === true || value === unknownValue;
  };
  switch (type) {
    case "gcp:sql/databaseInstance:DatabaseInstance":
      return [
        // The provider's default is true.
        properties["deletionProtection"] === undefined || guarded("deletionProtection")
          ? []
          : ["deletionProtection is off"],
        guarded("settings", "deletionProtectionEnabled") ? [] : ["settings.deletionProtectionEnabled is not on"],
      ].flat();
    case "gcp:storage/bucket:Bucket":
      return properties["forceDestroy"] === true ? ["forceDestroy deletes its files with it"] : [];
    case "kubernetes:apps/v1:StatefulSet":
      return ["whenDeleted", "whenScaled"]
        .filter((key) => read(properties, "spec", "persistentVolumeClaimRetentionPolicy", key) === "Delete")
        .map((key) => `persistentVolumeClaimRetentionPolicy.${key} deletes its claims`);
    default:
      return [];
  }
}
