/** What a stack's resources need at Google, read from the registered resources. */
import type { Declared } from "../../render/synthesize.ts";
import { type BalancerPart, balancerParts } from "./google-balancer.ts";
import { privateNetworkApi, requirements } from "./google-permissions.ts";

export interface ProjectNeed {
  readonly project: string;
  readonly apis: readonly string[];
  readonly permissions: readonly string[];
}

export interface BucketNeed {
  readonly name: string;
  /** The project to create it in; undefined for one that must already exist. */
  readonly project: string | undefined;
}

export interface NetworkNeed {
  readonly project: string;
  readonly name: string;
  /** Allocated address range that a server names. */
  readonly range: string | undefined;
}

export interface GoogleNeeds {
  readonly projects: readonly ProjectNeed[];
  readonly networks: readonly NetworkNeed[];
  readonly buckets: readonly BucketNeed[];
  readonly balancer: readonly BalancerPart[];
}

export function googleNeedsOf(declared: readonly Declared[]): GoogleNeeds {
  const resources = declared.filter(({ type }) => type.startsWith("gcp:"));
  return {
    projects: projectsOf(resources),
    networks: networksOf(resources),
    buckets: bucketsOf(resources),
    balancer: balancerParts(declared),
  };
}

function projectsOf(resources: readonly Declared[]): readonly ProjectNeed[] {
  const found = new Map<string, Declared[]>();
  for (const resource of resources) {
    const project = projectOf(resource, resources);
    if (project !== undefined) found.set(project, [...(found.get(project) ?? []), resource]);
  }
  return [...found].sort(byName).map(([project, own]) => ({
    project,
    apis: sorted(own.flatMap(apisOf)),
    permissions: sorted(own.flatMap(permissionsOf)),
  }));
}

function projectOf({ type, inputs }: Declared, resources: readonly Declared[]): string | undefined {
  const { project, bucket, serviceAccountId } = inputs;
  if (typeof project === "string") return project;
  if (type === "gcp:serviceaccount/iAMMember:IAMMember") {
    return /^projects\/([^/]+)\//.exec(String(serviceAccountId))?.[1];
  }
  // Permissions on a foreign bucket are that project's concern.
  const own = resources.find((other) => other.type === bucketType && other.inputs["name"] === bucket);
  return own === undefined ? undefined : String(own.inputs["project"]);
}

function apisOf({ type, inputs }: Declared): readonly string[] {
  const api = requirements[type]?.api;
  return [...(api === undefined ? [] : [api]), ...(privateNetworkOf(inputs) === undefined ? [] : [privateNetworkApi])];
}

/** An up deletes nothing that is protected or retained. */
function permissionsOf({ type, inputs, protect, retainOnDelete }: Declared): readonly string[] {
  const { keep = [], remove = [] } = requirements[type] ?? {};
  const stays = protect || retainOnDelete || inputs["deletionPolicy"] === "ABANDON";
  return stays ? keep : [...keep, ...remove];
}

const bucketType = "gcp:storage/bucket:Bucket";

function bucketsOf(resources: readonly Declared[]): readonly BucketNeed[] {
  const made = resources.filter(({ type }) => type === bucketType);
  const needs = new Map<string, BucketNeed>();
  for (const { inputs } of resources.filter(({ type }) => type === "gcp:storage/bucketIAMMember:BucketIAMMember")) {
    const name = String(inputs["bucket"]);
    needs.set(name, { name, project: undefined });
  }
  for (const { inputs } of made) {
    const name = String(inputs["name"]);
    needs.set(name, { name, project: String(inputs["project"]) });
  }
  return [...needs].sort(byName).map(([, need]) => need);
}

function networksOf(resources: readonly Declared[]): readonly NetworkNeed[] {
  const needs = new Map<string, NetworkNeed>();
  for (const { inputs } of resources) {
    const { privateNetwork, allocatedIpRange } = privateNetworkOf(inputs) ?? {};
    const [, project, name] = /^projects\/([^/]+)\/global\/networks\/([^/]+)$/.exec(String(privateNetwork)) ?? [];
    if (project === undefined || name === undefined) continue;
    needs.set(`${String(privateNetwork)} ${allocatedIpRange ?? ""}`, { project, name, range: allocatedIpRange });
  }
  return [...needs].sort(byName).map(([, need]) => need);
}

interface PrivateNetwork {
  readonly privateNetwork: string;
  readonly allocatedIpRange?: string;
}

function privateNetworkOf(inputs: Declared["inputs"]): PrivateNetwork | undefined {
  const settings = inputs["settings"] as { readonly ipConfiguration?: Partial<PrivateNetwork> } | undefined;
  const { privateNetwork, ...rest } = settings?.ipConfiguration ?? {};
  return privateNetwork === undefined ? undefined : { privateNetwork, ...rest };
}

function sorted(values: readonly string[]): readonly string[] {
  return [...new Set(values)].sort();
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
