/** Rollouts and disruptions of parts with several pods. */
import type { types } from "@pulumi/kubernetes";

/** A new pod is ready before an old one stops: no request fails, and no queue waits. */
export const rollingUpdate: types.input.apps.v1.DeploymentStrategy = {
  type: "RollingUpdate",
  rollingUpdate: { maxUnavailable: 0, maxSurge: 1 },
};

/** Lets nodes be drained, one pod of the part at a time. */
export function disruptionBudget(
  pods: Readonly<Record<string, string>>,
): types.input.policy.v1.PodDisruptionBudgetSpec {
  return {
    maxUnavailable: 1,
    selector: { matchLabels: { ...pods } },
    // An unready pod serves nobody, so it must not block a drain.
    unhealthyPodEvictionPolicy: "AlwaysAllow",
  };
}
