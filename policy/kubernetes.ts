/** Reads the parts of Kubernetes objects that rules check. */
import type { Resource } from "./rule.ts";
import { list, type Properties, read } from "./values.ts";

type Typed = Pick<Resource, "type">;

/** Types of the provider that look like API groups but are charts and files. */
const bundles = ["helm.sh", "yaml", "kustomize"];

/** `apps` of `kubernetes:apps/v1:Deployment`; undefined for anything but a Kubernetes object. */
export function groupOf({ type }: Typed): string | undefined {
  const group = /^kubernetes:([^:]+)\/[^:/]+:\w+$/.exec(type)?.[1];
  return group === undefined || bundles.includes(group) ? undefined : group;
}

/** `Deployment` of `kubernetes:apps/v1:Deployment`; undefined for anything but a Kubernetes object. */
export function kindOf(resource: Typed): string | undefined {
  return groupOf(resource) === undefined ? undefined : resource.type.split(":").at(-1);
}

const template = ["spec", "template", "spec"] as const;

/** Path of the pod spec in each kind that creates pods. */
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

/** Kubernetes' own API groups: a custom resource may be called Job, too. */
const podGroups = ["core", "apps", "batch", "extensions"];

export interface PodSpec {
  /** Its path, such as `spec.template.spec`. */
  readonly path: string;
  readonly spec: Properties;
}

/** The spec of the pods that a resource creates; undefined when it creates none or the preview cannot know it. */
export function podOf(resource: Resource): PodSpec | undefined {
  const path = podPaths[kindOf(resource) ?? ""];
  if (path === undefined || !podGroups.includes(groupOf(resource) ?? "")) return undefined;
  const spec = read(resource.properties, ...path);
  return typeof spec === "object" ? { path: path.join("."), spec: spec as Properties } : undefined;
}

/** `container`: the pod's main containers. `sidecar`: starts before them and stops after them. */
export type ContainerKind = "container" | "sidecar" | "init container" | "ephemeral container";

export interface Container {
  readonly kind: ContainerKind;
  /** Such as `container web` or `init container schema`. */
  readonly title: string;
  /** Its path, such as `spec.template.spec.containers.0`. */
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

/** Namespace of an object, if the preview knows it. */
export function namespaceOf({ properties }: Resource): unknown {
  return read(properties, "metadata", "namespace") ?? "default";
}
