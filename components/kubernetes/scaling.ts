/** How many pods of a Deployment run: a fixed number, or what an autoscaler decides. */
import type { types } from "@pulumi/kubernetes";

/** As many pods as their processors have work for. */
export interface CpuScaling {
  readonly minimum: number;
  readonly maximum: number;
  /** Mean use at which pods are added, in percent of the processor that they request. */
  readonly cpuPercent: number;
}

/** How many pods a part runs, by either of the two. */
export interface PodNumber {
  readonly replicas?: number | undefined;
  readonly scaling?: { readonly minimum: number; readonly maximum: number } | undefined;
}

/** Most pods that run at a time: where there are several, they are to be on different nodes, and to leave them one by one. */
export function mostPods({ replicas, scaling }: PodNumber): number {
  return scaling?.maximum ?? replicas ?? 1;
}

/** One pod a minute goes, and only after five quiet minutes: a pod that comes again costs a start of CKAN. */
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
    // A start of CKAN itself takes a processor for some seconds: two pods a minute, so that a start does not ask for the next one.
    behavior: { scaleUp: { policies: [{ type: "Pods", value: 2, periodSeconds: 60 }] }, scaleDown: slowScaleIn },
  };
}
