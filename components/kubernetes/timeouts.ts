/**
 * How long `up` waits for what a cluster has to bring about. Pulumi's own ten minutes are shorter than some of it may take, and
 * an `up` that gives up leaves the rest of the release undone. Nothing gets less than they: a machine may be slow.
 */
import type { CustomResourceOptions } from "@pulumi/pulumi";
import type { PodArgs } from "./pod.ts";

export type Timeouts = Required<Pick<CustomResourceOptions, "customTimeouts">>;

/** Seconds that Pulumi waits by default. */
const pulumiSeconds = 600;
/** Seconds that controllers and kubelets need beside what a setting allows. */
const marginSeconds = 60;
/** Seconds until a pod's first container starts: a node is added, an image is pulled, a volume comes from another node. */
const placementSeconds = 300;

/** Kubernetes' own default between SIGTERM and SIGKILL. */
const defaultGraceSeconds = 30;

export interface Patience {
  /** Until it is ready. */
  readonly readySeconds: number;
  /** Until it is gone, once it is deleted. @default as Pulumi has it */
  readonly goneSeconds?: number;
}

export function timeouts({ readySeconds, goneSeconds = 0 }: Patience): Timeouts {
  const text = (seconds: number) => `${Math.max(pulumiSeconds, seconds + marginSeconds)}s`;
  const ready = text(readySeconds);
  return { customTimeouts: { create: ready, update: ready, delete: text(goneSeconds) } };
}

/** Who makes room for whom when pods are replaced. */
export const Replacement = {
  /** A new pod is ready before an old one is told to end; nobody waits for the end. */
  NewFirst: "new-first",
  /** The old pod has ended before the new one starts: a volume, or a state, of which there is one. */
  OldFirst: "old-first",
} as const;
export type Replacement = (typeof Replacement)[keyof typeof Replacement];

/**
 * For a Deployment or StatefulSet, which replaces its pods one by one: none may take longer than its startup probe lets it. They
 * are placed at the same time as others start, so that only one counts.
 */
export function rolloutTimeouts(pod: PodArgs, replacement: Replacement, pods = 1): Timeouts {
  const graceSeconds = pod.terminationGracePeriodSeconds ?? defaultGraceSeconds;
  const endSeconds = replacement === Replacement.OldFirst ? graceSeconds : 0;
  return timeouts({
    readySeconds: placementSeconds + pods * (startSeconds(pod) + endSeconds),
    goneSeconds: graceSeconds,
  });
}

/** For a Job: all its tries, and the end of the one that runs when its time is over. It has failed only then. */
export function jobTimeouts(deadlineSeconds: number, graceSeconds = defaultGraceSeconds): Timeouts {
  return timeouts({ readySeconds: deadlineSeconds + graceSeconds, goneSeconds: graceSeconds });
}

/** Sidecars start one after the other, and the pod's own container after them. */
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
