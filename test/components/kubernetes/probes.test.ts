import { describe, expect, test } from "vitest";
import { exec, http, probes, sidecarProbes, tcp } from "../../../components/kubernetes/probes.ts";

describe("probes", () => {
  test("ask every two seconds whether it lives during a start, then readiness every five and liveness every fifteen", () => {
    expect(probes({ ready: http("/ready", 80), alive: tcp(80) })).toEqual({
      startupProbe: {
        tcpSocket: { port: 80 },
        periodSeconds: 2,
        timeoutSeconds: 10,
        failureThreshold: 60,
      },
      readinessProbe: {
        httpGet: { path: "/ready", port: 80 },
        periodSeconds: 5,
        timeoutSeconds: 5,
        failureThreshold: 2,
      },
      livenessProbe: { tcpSocket: { port: 80 }, periodSeconds: 15, timeoutSeconds: 10, failureThreshold: 4 },
    });
  });

  test("ask less often where asking is dear", () => {
    const { startupProbe, readinessProbe, livenessProbe } = probes({
      ready: exec("check"),
      alive: exec("check"),
      startSeconds: 180,
      periodSeconds: 30,
    });
    const periods = [startupProbe, readinessProbe, livenessProbe].map((probe) => probe.periodSeconds);
    expect(periods).toEqual([2, 30, 30]);
    expect(startupProbe.failureThreshold).toBe(90);
  });

  test("wait longer for a server that is slow under load, and twice as long before it counts as dead", () => {
    const { startupProbe, readinessProbe, livenessProbe } = probes({
      ready: tcp(1),
      alive: tcp(1),
      patienceSeconds: 15,
    });
    const patience = [startupProbe, readinessProbe, livenessProbe].map(({ timeoutSeconds }) => timeoutSeconds);
    expect(patience).toEqual([10, 15, 30]);
  });

  test.each([
    [5, 1, 5],
    [5, 2, 3],
    [120, 5, 60],
  ])("a start may take %d seconds and not less, asked every %d", (startSeconds, periodSeconds, failures) => {
    const checks = { ready: tcp(1), alive: tcp(1), startSeconds, periodSeconds };
    expect(probes(checks).startupProbe.failureThreshold).toBe(failures);
  });

  test("look at a start in a way of its own where there is one, and as often as it is said", () => {
    const { startupProbe, livenessProbe } = probes({
      ready: tcp(1),
      alive: tcp(2),
      started: tcp(3),
      startSeconds: 180,
      startPeriodSeconds: 1,
    });
    expect([startupProbe, livenessProbe.tcpSocket]).toEqual([
      { tcpSocket: { port: 3 }, periodSeconds: 1, timeoutSeconds: 10, failureThreshold: 180 },
      { port: 2 },
    ]);
  });
});

test("a sidecar is asked whether it lives once a start would be over, so that nothing waits for it", () => {
  expect(sidecarProbes({ alive: tcp(1), startSeconds: 180, patienceSeconds: 15 })).toEqual({
    livenessProbe: {
      tcpSocket: { port: 1 },
      initialDelaySeconds: 180,
      periodSeconds: 15,
      timeoutSeconds: 30,
      failureThreshold: 4,
    },
  });
});

test("a command is a list of words, which no shell reads", () => {
  expect(exec("sh", "-c", "true")).toEqual({ exec: { command: ["sh", "-c", "true"] } });
});
