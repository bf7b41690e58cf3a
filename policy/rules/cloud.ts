/** Permissions at clouds and in clusters. */
import { kindOf } from "../kubernetes.ts";
import { Level, type Resource, type ResourceRule } from "../rule.ts";
import { RuleName } from "../rule-names.ts";
import { list, read, texts, unknownValue } from "../values.ts";

const everybody = ["allUsers", "allAuthenticatedUsers"];
const primitive = ["roles/owner", "roles/editor", "roles/viewer"];

export const bucketsPrivate: ResourceRule = {
  name: RuleName.BucketsPrivate,
  level: Level.Mandatory,
  demand: "Buckets and whatever else a cloud keeps are nobody's but those who are named.",
  reason: "files of private datasets and backups lie there, and one grant to everybody publishes them",
  remedy:
    'set uniformBucketLevelAccess: true and publicAccessPrevention: "enforced", and grant to a group or an account instead of allUsers',
  check: (resource) => {
    if (!resource.type.startsWith("gcp:")) return [];
    return [...ofBucket(resource), ...grantsToEverybody(resource)];
  },
};

export const primitiveRoles: ResourceRule = {
  name: RuleName.PrimitiveRoles,
  level: Level.Mandatory,
  demand: "No role that means everything: Google's owner, editor and viewer, Kubernetes' cluster-admin.",
  reason: "such a role covers every service of the project, those to come included",
  remedy: "grant the one predefined or custom role that is needed, on the one resource that it is needed for",
  check: (resource) => [...googleRoles(resource), ...clusterRoles(resource)],
};

function ofBucket({ type, properties }: Resource): readonly string[] {
  if (type !== "gcp:storage/bucket:Bucket") return [];
  const is = (key: string, value: unknown) => properties[key] === value || properties[key] === unknownValue;
  return [
    is("uniformBucketLevelAccess", true) ? [] : ["uniformBucketLevelAccess is not on: single files may be public"],
    is("publicAccessPrevention", "enforced") ? [] : ['publicAccessPrevention is not "enforced"'],
  ].flat();
}

function grantsToEverybody({ properties }: Resource): readonly string[] {
  const { member, members, entity, roleEntities, predefinedAcl, policyData } = properties;
  const named = [...texts(member), ...texts(members), ...texts(entity), ...texts(roleEntities)];
  const found = named.map((name) => name.split(":").at(-1) ?? "").filter((name) => everybody.includes(name));
  const inPolicy = texts(policyData).flatMap((text) => everybody.filter((name) => text.includes(`"${name}"`)));
  const byAcl = texts(predefinedAcl).filter((name) => /^public|^authenticated/.test(name));
  return [
    ...[...new Set([...found, ...inPolicy])].map((name) => `it grants access to ${name}`),
    ...byAcl.map((name) => `its predefinedAcl is ${name}`),
  ];
}

function googleRoles({ type, properties }: Resource): readonly string[] {
  if (!type.startsWith("gcp:")) return [];
  const { role, policyData } = properties;
  const inPolicy = texts(policyData).flatMap((text) => primitive.filter((name) => text.includes(`"${name}"`)));
  const found = [...texts(role).filter((name) => primitive.includes(name)), ...inPolicy];
  return found.map((name) => `it grants ${name}`);
}

function clusterRoles(resource: Resource): readonly string[] {
  const { properties } = resource;
  switch (kindOf(resource)) {
    case "RoleBinding":
    case "ClusterRoleBinding":
      return read(properties, "roleRef", "name") === "cluster-admin" ? ["it grants cluster-admin"] : [];
    case "Role":
    case "ClusterRole":
      return list(properties["rules"]).some(
        (rule) => list(read(rule, "verbs")).includes("*") && list(read(rule, "resources")).includes("*"),
      )
        ? ["it allows every verb on every resource"]
        : [];
    default:
      return [];
  }
}
