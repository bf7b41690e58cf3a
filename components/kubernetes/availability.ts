/** How pods of which there are several make room for each other. */
import type { types } from "@pulumi/kubernetes";

/** A new pod is ready before an old one goes: no request fails, and no queue waits. */
export const rollingUpdate: types.input.apps.v1.DeploymentStrategy = {
  type: "RollingUpdate",
  rollingUpdate: { maxUnavailable: 0, maxSurge: 1 },
};

/** Lets a node be drained, one pod of the part at a time. */
export function disruptionBudget(
  pods: Readonly<Record<string, string>>,
): types.input.policy.v1.PodDisruptionBudgetSpec {
  return {
    maxUnavailable: 1,
    selector: { matchLabels: { ...pods } },
    // A pod that is not ready serves nobody: it must not keep a node from being drained.
    unhealthyPodEvictionPolicy: "AlwaysAllow",
  };
}
