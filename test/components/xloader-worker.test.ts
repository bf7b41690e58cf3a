import { describe, expect, test } from "vitest";
import { XLoaderWorker, type XLoaderWorkerArgs } from "../../components/xloader-worker.ts";
import { alone, describeComponent, namespace, podOf } from "../support/component.ts";
import { runtime } from "../support/contracts.ts";
import type { Labels } from "../support/objects.ts";
import { find } from "../support/program.ts";

const deployment = "apps/v1:Deployment opendata-worker";
const policy = "networking.k8s.io/v1:NetworkPolicy opendata-worker";

const worker = (args: Partial<XLoaderWorkerArgs> = {}, more: readonly string[] = []) => ({
  component: "XLoaderWorker opendata-worker",
  declare: (opts: object) =>
    new XLoaderWorker("opendata-worker", { namespace, instance: "opendata", runtime, ...args }, opts),
  children: [deployment, "core/v1:ConfigMap opendata-worker", policy, ...more],
});

describeComponent("one worker", worker());
describeComponent("two workers", worker({ replicas: 2 }, ["policy/v1:PodDisruptionBudget opendata-worker"]));

const scaling = { kind: "hpa", minimum: 1, maximum: 4, cpuPercent: 70 } as const;
const autoscaler = "autoscaling/v2:HorizontalPodAutoscaler opendata-worker";
describeComponent(
  "as many workers as their processors have work for",
  worker({ scaling }, [autoscaler, "policy/v1:PodDisruptionBudget opendata-worker"]),
);

describe("an autoscaler of workers", () => {
  test("decides alone how many there are: the Deployment says nothing", async () => {
    const specOf = async (args: Partial<XLoaderWorkerArgs>) =>
      (find((await alone(worker(args))).resources, deployment).inputs as { spec: object }).spec;
    expect(["replicas" in (await specOf({ scaling })), "replicas" in (await specOf({}))]).toEqual([false, true]);
  });

  test("keeps to its bounds, and starts when there is what it scales", async () => {
    const { resources } = await alone(worker({ scaling }));
    const { inputs, dependencies } = find(resources, autoscaler);
    expect(inputs).toMatchObject({
      spec: { scaleTargetRef: { name: "opendata-worker" }, minReplicas: 1, maxReplicas: 4 },
    });
    expect(dependencies).toContain(find(resources, deployment).urn);
  });
});

test("another group has pods of its own, by another component in their labels", async () => {
  const selectorOf = async (group: string) => {
    const { resources } = await alone(worker({ group }));
    const { spec } = find(resources, deployment).inputs as { spec: { selector: { matchLabels: Labels } } };
    return spec.selector.matchLabels["app.kubernetes.io/component"];
  };
  expect([await selectorOf("default"), await selectorOf("bulk")]).toEqual(["worker", "worker-bulk"]);
});

test("works on the given queues in their order, by default on XLoader's", async () => {
  const commandOf = async (args: Partial<XLoaderWorkerArgs>) =>
    podOf(find((await alone(worker(args))).resources, deployment)).containers[0]?.command;
  expect(await commandOf({})).toEqual(["ckan", "jobs", "worker", "default"]);
  expect(await commandOf({ queues: ["urgent", "default"] })).toEqual(["ckan", "jobs", "worker", "urgent", "default"]);
});

test("has the time to finish its load before it is killed", async () => {
  const graceOf = async (args: Partial<XLoaderWorkerArgs>) =>
    (podOf(find((await alone(worker(args))).resources, deployment)) as { terminationGracePeriodSeconds?: number })
      .terminationGracePeriodSeconds;
  expect([await graceOf({}), await graceOf({ terminationGracePeriodSeconds: 7500 })]).toEqual([3900, 7500]);
});

test("may reach the servers and the site, and nobody may reach it", async () => {
  const { resources } = await alone(worker());
  const { spec } = find(resources, policy).inputs as { spec: { ingress: unknown; egress: { ports: unknown }[] } };
  expect(spec.ingress).toEqual([]);
  expect(spec.egress.slice(1).map(({ ports }) => ports)).toEqual([
    [{ port: 5432, protocol: "TCP" }],
    [{ port: 8983, protocol: "TCP" }],
    [{ port: 5000, protocol: "TCP" }],
  ]);
});

test("starts after its network policy", async () => {
  const { resources } = await alone(worker());
  expect(find(resources, deployment).dependencies).toContain(find(resources, policy).urn);
});
