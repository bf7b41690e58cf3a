/** How long `up` waits: the arithmetic, and what is asked of the engine. test/engine/bootstrap.test.ts has the real one. */
import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { customResource } from "../../../components/kubernetes/declare/custom-resource.ts";
import { declareJob } from "../../../components/kubernetes/declare/job.ts";
import type { PodArgs } from "../../../components/kubernetes/pod.ts";
import { exec, probes } from "../../../components/kubernetes/probes.ts";
import { sized } from "../../../components/kubernetes/resources.ts";
import { jobTimeouts, Replacement, rolloutTimeouts, timeouts } from "../../../components/kubernetes/timeouts.ts";
import { declareAlone } from "../../support/program.ts";

const pod = (args: Partial<PodArgs> = {}): PodArgs => ({
  identity: { instance: "opendata", component: "worker", software: "ckan", version: "2.11.6" },
  image: "example.org/ckan:1",
  resources: sized("100m", "384Mi", "1", "768Mi"),
  ...args,
});
const starting = (startSeconds: number) => probes({ ready: exec("true"), alive: exec("true"), startSeconds });
const slow = pod({ probes: starting(400), terminationGracePeriodSeconds: 1000 });

test.each([
  ["never less than Pulumi's own ten minutes", timeouts({ readySeconds: 5 }), 600, 600],
  ["a margin more than what it waits for", timeouts({ readySeconds: 1000, goneSeconds: 2000 }), 1060, 2060],
  ["for a Job its deadline, and the end of its last pod", jobTimeouts(3600, 1800), 5460, 1860],
  ["for a Job without a grace period of its own", jobTimeouts(1800), 1890, 600],
  ["for a rollout the starts one by one", rolloutTimeouts(slow, Replacement.NewFirst, 3), 1560, 1060],
  ["for one volume the end of the old pod too", rolloutTimeouts(slow, Replacement.OldFirst), 1760, 1060],
  ["for a pod that nothing is known of", rolloutTimeouts(pod(), Replacement.NewFirst), 600, 600],
  [
    "for sidecars one after the other",
    rolloutTimeouts(pod({ probes: starting(400), sidecars: [{ ...slow, name: "ckan" }] }), Replacement.NewFirst),
    1160,
    600,
  ],
])("%s", (_name, { customTimeouts }, ready, gone) => {
  expect(customTimeouts).toEqual({ create: `${ready}s`, update: `${ready}s`, delete: `${gone}s` });
});

test("the engine is told so", async () => {
  const asked = await timeoutsOf(() => {
    declareJob("a-job", { namespace: "unit", pod: slow, deadlineSeconds: 2000 }, {});
    const object = { apiVersion: "example.org/v1", kind: "Example", spec: {} } as never;
    const metadata = { labels: {} };
    customResource("waited-for", object, { ...metadata, waitFor: "condition=Ready" }, {});
    customResource("not-waited-for", object, metadata, {});
  });
  expect(asked).toEqual({
    "a-job": ["3060s", "3060s", "1060s"],
    "waited-for": ["1260s", "1260s", "600s"],
    "not-waited-for": ["", "", ""],
  });
});

interface Request {
  getName(): string;
  getType(): string;
  getCustomtimeouts(): { getCreate(): string; getUpdate(): string; getDelete(): string } | undefined;
}

/** What the engine would be asked for, by logical name: to create, to update, to delete. */
async function timeoutsOf(declare: () => void): Promise<Record<string, readonly string[]>> {
  const asked: Record<string, readonly string[]> = {};
  await declareAlone(() => {
    const monitor = pulumi.runtime.getMonitor() as unknown as {
      registerResource(request: Request, ...rest: unknown[]): unknown;
    };
    const register = monitor.registerResource.bind(monitor);
    monitor.registerResource = (request, ...rest) => {
      const given = request.getCustomtimeouts();
      asked[request.getName()] = [given?.getCreate() ?? "", given?.getUpdate() ?? "", given?.getDelete() ?? ""];
      return register(request, ...rest);
    };
    declare();
    return "declared";
  });
  return asked;
}
