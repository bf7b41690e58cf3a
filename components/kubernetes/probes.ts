/** Probes: when a container has started, when it can be sent work, when it must be restarted. */
import type { types } from "@pulumi/kubernetes";

type Probe = types.input.core.v1.Probe;
type Check = Pick<Probe, "httpGet" | "tcpSocket" | "exec">;

export interface Checks {
  /** Answers once the software can be used. */
  readonly ready: Check;
  /**
   * Answers as long as the process is worth keeping. Depends on no other server: a restart would not bring that one back. A start
   * has succeeded when it answers, ready or not: a server that replays its log must not be killed for it.
   */
  readonly alive: Check;
  /** Answers once a start has succeeded. @default `alive` */
  readonly started?: Check;
  /** Seconds a start may take. @default 120 */
  readonly startSeconds?: number;
  /** Seconds between two looks at a start. @default as often as later, at least every 2 */
  readonly startPeriodSeconds?: number;
  /** Seconds between two looks once it runs: more for checks that start a process. @default 5 */
  readonly periodSeconds?: number;
  /** Seconds a busy server may take for an answer. Twice as long before it counts as dead. @default 5 */
  readonly patienceSeconds?: number;
}

export interface Probes {
  readonly startupProbe: Probe;
  readonly readinessProbe: Probe;
  readonly livenessProbe: Probe;
}

export function probes({
  ready,
  alive,
  started = alive,
  startSeconds = 120,
  periodSeconds = 5,
  patienceSeconds = 5,
  startPeriodSeconds: startPeriod = Math.min(periodSeconds, 2),
}: Checks): Probes {
  return {
    startupProbe: {
      ...started,
      periodSeconds: startPeriod,
      timeoutSeconds: 10,
      failureThreshold: Math.ceil(startSeconds / startPeriod),
    },
    readinessProbe: { ...ready, periodSeconds, timeoutSeconds: patienceSeconds, failureThreshold: 2 },
    livenessProbe: liveness({ alive, periodSeconds, patienceSeconds }),
  };
}

/** For a sidecar whose start others look at: a look of its own would hold up the containers after it. */
export function sidecarProbes({
  alive,
  startSeconds,
  patienceSeconds,
}: Required<Pick<Checks, "alive" | "startSeconds" | "patienceSeconds">>): Pick<Probes, "livenessProbe"> {
  return {
    livenessProbe: { ...liveness({ alive, periodSeconds: 15, patienceSeconds }), initialDelaySeconds: startSeconds },
  };
}

function liveness({
  alive,
  periodSeconds,
  patienceSeconds,
}: Required<Pick<Checks, "alive" | "periodSeconds" | "patienceSeconds">>): Probe {
  return {
    ...alive,
    periodSeconds: Math.max(periodSeconds, 15),
    timeoutSeconds: 2 * patienceSeconds,
    failureThreshold: 4,
  };
}

export const http = (path: string, port: number): Check => ({ httpGet: { path, port } });
export const tcp = (port: number): Check => ({ tcpSocket: { port } });
export const exec = (...command: string[]): Check => ({ exec: { command } });
