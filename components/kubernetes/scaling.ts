/** Number of pods of a Deployment: fixed, or set by an autoscaler. */
import type { types } from "@pulumi/kubernetes";

/** Autoscaling by CPU use. */
export interface CpuScaling {
  readonly minimum: number;
  readonly maximum: number;
  /** Average CPU use that adds pods, in percent of the request. */
  readonly cpuPercent: number;
}

/** Number of pods: either fixed or autoscaled. */
export interface PodNumber {
  readonly replicas?: number | undefined;
  readonly scaling?: { readonly minimum: number; readonly maximum: number } | undefined;
}

/** The most pods that run at a time. Several pods are spread over nodes and drained one by one. */
export function mostPods({ replicas, scaling }: PodNumber): number {
  return scaling?.maximum ?? replicas ?? 1;
}

/** Removes one pod a minute, after five quiet minutes: a pod that comes back costs a start of CKAN. */
export const slowScaleIn = {
  stabilizationWindowSeconds: 300,
  policies: [{ type: "Pods", value: 1, periodSeconds: 60 }],
};

export function cpuAutoscaler(
  deployment: string,
  { minimum, maximum, cpuPercent }: CpuScaling,
): types.input.autoscaling.v2.HorizontalPodAutoscalerSpec {
  return {
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: deployment },
    minReplicas: minimum,
    maxReplicas: maximum,
    metrics: [
      { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: cpuPercent } } },
    ],
    // Starting CKAN keeps a CPU busy for some seconds. Two pods a minute, so that one start does not trigger the next.
    behavior: { scaleUp: { policies: [{ type: "Pods", value: 2, periodSeconds: 60 }] }, scaleDown: slowScaleIn },
  };
}
