/** What a scan has to know of an object. */
import type { KubernetesObject } from "../render/stack.ts";

/** Kind and component, such as StatefulSet/database; the name of an object that belongs to no component. */
export function partOf(object: KubernetesObject | undefined): string {
  if (object === undefined) return "unknown";
  const { kind, metadata } = object;
  return `${kind}/${metadata.labels?.["app.kubernetes.io/component"] ?? metadata.name}`;
}

/** Workloads, whatever their kind: a template of pods is what they have in common. */
export function makesPods(object: KubernetesObject | undefined): boolean {
  const { spec } = (object ?? {}) as { spec?: { template?: object; jobTemplate?: object; containers?: object } };
  return [spec?.template, spec?.jobTemplate, spec?.containers].some((part) => part !== undefined);
}
