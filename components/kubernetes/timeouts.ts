/**
 * How long `up` waits for the cluster. Pulumi's default of ten minutes is too short for some steps, and an `up` that gives up leaves the
 * rest of the release undone. No timeout is below the default: a machine may be slow.
 */
import type { CustomResourceOptions } from "@pulumi/pulumi";
import type { PodArgs } from "./pod.ts";

export type Timeouts = Required<Pick<CustomResourceOptions, "customTimeouts">>;

/** Pulumi's default timeout, in seconds. */
const pulumiSeconds = 600;
/** Extra seconds for controllers and kubelets, on top of what the settings allow. */
const marginSeconds = 60;
/** Seconds until a pod's first container starts: a node is added, an image is pulled, a volume moves from another node. */
const placementSeconds = 300;

/** Kubernetes' default seconds between SIGTERM and SIGKILL. */
const defaultGraceSeconds = 30;

export interface Patience {
  /** Until the resource is ready. */
  readonly readySeconds: number;
  /** Until the deleted resource is gone. @default Pulumi's */
  readonly goneSeconds?: number;
}

export function timeouts({ readySeconds, goneSeconds = 0 }: Patience): Timeouts {
  const text = (seconds: number) => `${Math.max(pulumiSeconds, seconds + marginSeconds)}s`;
  const ready = text(readySeconds);
  return { customTimeouts: { create: ready, update: ready, delete: text(goneSeconds) } };
}

/** Order in which pods are replaced. */
export const Replacement = {
  /** A new pod is ready before an old one is told to stop; nothing waits for the stop. */
  NewFirst: "new-first",
  /** The old pod has stopped before the new one starts, because they share a volume or state. */
  OldFirst: "old-first",
} as const;
export type Replacement = (typeof Replacement)[keyof typeof Replacement];

/**
 * For a Deployment or StatefulSet, which replaces its pods one by one: each may take as long as its startup probe allows. Pods are
 * scheduled while others start, so that delay counts once.
 */
export function rolloutTimeouts(pod: PodArgs, replacement: Replacement, pods = 1): Timeouts {
  const graceSeconds = pod.terminationGracePeriodSeconds ?? defaultGraceSeconds;
  const endSeconds = replacement === Replacement.OldFirst ? graceSeconds : 0;
  return timeouts({
    readySeconds: placementSeconds + pods * (startSeconds(pod) + endSeconds),
    goneSeconds: graceSeconds,
  });
}

/** For a Job: all attempts, plus the grace period of the one that runs at the deadline. Only then has it failed. */
export function jobTimeouts(deadlineSeconds: number, graceSeconds = defaultGraceSeconds): Timeouts {
  return timeouts({ readySeconds: deadlineSeconds + graceSeconds, goneSeconds: graceSeconds });
}

/** Sidecars start one after the other, then the main container. */
function startSeconds({ probes, sidecars = [] }: Pick<PodArgs, "probes" | "sidecars">): number {
  return [{ probes }, ...sidecars].reduce((sum, container) => {
    const { periodSeconds = 0, failureThreshold = 0 } = (container.probes?.startupProbe ?? {}) as StartupProbe;
    return sum + periodSeconds * failureThreshold;
  }, 0);
}

interface StartupProbe {
  readonly periodSeconds?: number;
  readonly failureThreshold?: number;
}
