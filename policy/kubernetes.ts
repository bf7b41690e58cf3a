/** Where Kubernetes' objects keep what rules look at. */
import type { Resource } from "./rule.ts";
import { list, type Properties, read } from "./values.ts";

type Typed = Pick<Resource, "type">;

/** Names of the provider that look like groups, and are charts and files. */
const bundles = ["helm.sh", "yaml", "kustomize"];

/** `apps` of `kubernetes:apps/v1:Deployment`; undefined for what is no object of Kubernetes'. */
export function groupOf({ type }: Typed): string | undefined {
  const group = /^kubernetes:([^:]+)\/[^:/]+:\w+$/.exec(type)?.[1];
  return group === undefined || bundles.includes(group) ? undefined : group;
}

/** `Deployment` of `kubernetes:apps/v1:Deployment`; undefined for what is no object of Kubernetes'. */
export function kindOf(resource: Typed): string | undefined {
  return groupOf(resource) === undefined ? undefined : resource.type.split(":").at(-1);
}

const template = ["spec", "template", "spec"] as const;

/** Where each kind that makes pods keeps their specification. */
const podPaths: Readonly<Record<string, readonly string[]>> = {
  Pod: ["spec"],
  Deployment: template,
  StatefulSet: template,
  DaemonSet: template,
  ReplicaSet: template,
  ReplicationController: template,
  Job: template,
  CronJob: ["spec", "jobTemplate", ...template],
};

/** Groups of Kubernetes itself: a custom resource may be called Job, too. */
const podGroups = ["core", "apps", "batch", "extensions"];

export interface PodSpec {
  /** Where it stands, such as `spec.template.spec`. */
  readonly path: string;
  readonly spec: Properties;
}

/** The specification of the pods that a resource makes; undefined where it makes none, or where a preview cannot know. */
export function podOf(resource: Resource): PodSpec | undefined {
  const path = podPaths[kindOf(resource) ?? ""];
  if (path === undefined || !podGroups.includes(groupOf(resource) ?? "")) return undefined;
  const spec = read(resource.properties, ...path);
  return typeof spec === "object" ? { path: path.join("."), spec: spec as Properties } : undefined;
}

/** A pod's own containers run until it ends, and sidecars from before they begin until after they have ended. */
export type ContainerKind = "container" | "sidecar" | "init container" | "ephemeral container";

export interface Container {
  readonly kind: ContainerKind;
  /** Such as `container web` or `init container schema`. */
  readonly title: string;
  /** Where it stands, such as `spec.template.spec.containers.0`. */
  readonly path: string;
  readonly spec: unknown;
}

const containerLists = [
  ["containers", "container"],
  ["initContainers", "init container"],
  ["ephemeralContainers", "ephemeral container"],
] as const;

/** All containers of a pod. */
export function containersOf({ path, spec }: PodSpec): readonly Container[] {
  return containerLists.flatMap(([key, of]) =>
    list(spec[key]).map((container, index) => {
      const kind = key === "initContainers" && read(container, "restartPolicy") === "Always" ? "sidecar" : of;
      const name = String(read(container, "name") ?? index);
      return { kind, title: `${kind} ${name}`, path: `${path}.${key}.${index}`, spec: container };
    }),
  );
}

/** Namespace of an object, as far as a preview knows it. */
export function namespaceOf({ properties }: Resource): unknown {
  return read(properties, "metadata", "namespace") ?? "default";
}
