/** Startup, readiness and liveness probes. */
import type { types } from "@pulumi/kubernetes";

type Probe = types.input.core.v1.Probe;
type Check = Pick<Probe, "httpGet" | "tcpSocket" | "exec">;

export interface Checks {
  /** Succeeds once the software can be used. */
  readonly ready: Check;
  /**
   * Succeeds while the process is worth keeping. It must not depend on another server, which a restart would not bring back. A start is
   * complete when this succeeds, ready or not: a server that replays its log must not be killed.
   */
  readonly alive: Check;
  /** Succeeds once a start is complete. @default `alive` */
  readonly started?: Check;
  /** Timeout of a start, in seconds. @default 120 */
  readonly startSeconds?: number;
  /** Probe period during a start, in seconds. @default the later period, at least 2 */
  readonly startPeriodSeconds?: number;
  /** Probe period after the start, in seconds; longer for checks that start a process. @default 5 */
  readonly periodSeconds?: number;
  /** Timeout of a probe on a busy server, in seconds; doubled for liveness. @default 5 */
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

/** For sidecars without a startup probe: it would delay the containers after them, and others check the start anyway. */
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
