/** Properties of an object that a scan needs. */
import type { KubernetesObject } from "../render/stack.ts";

/** Kind and component, such as StatefulSet/database; the name of an object that belongs to no component. */
export function partOf(object: KubernetesObject | undefined): string {
  if (object === undefined) return "unknown";
  const { kind, metadata } = object;
  return `${kind}/${metadata.labels?.["app.kubernetes.io/component"] ?? metadata.name}`;
}

/** Whether an object is a workload: every kind of workload has a pod template. */
export function makesPods(object: KubernetesObject | undefined): boolean {
  const { spec } = (object ?? {}) as { spec?: { template?: object; jobTemplate?: object; containers?: object } };
  return [spec?.template, spec?.jobTemplate, spec?.containers].some((part) => part !== undefined);
}
