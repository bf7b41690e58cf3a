import { describe, expect, test } from "vitest";
import { XLoaderWorker, type XLoaderWorkerArgs } from "../../../components/worker/xloader-worker.ts";
import type { Declared } from "../../../render/synthesize.ts";
import { alone, describeComponent, namespace, podOf } from "../../support/component.ts";
import { queue, runtime } from "../../support/endpoints.ts";
import type { Labels } from "../../support/objects.ts";
import { find } from "../../support/program.ts";

const deployment = "apps/v1:Deployment opendata-worker";
const policy = "networking.k8s.io/v1:NetworkPolicy opendata-worker";

const worker = (args: Partial<XLoaderWorkerArgs> = {}, more: readonly string[] = []) => ({
  component: "XLoaderWorker opendata-worker",
  declare: (opts: object) =>
    new XLoaderWorker(
      "opendata-worker",
      { namespace, instance: "opendata", runtime, queue, siteId: "opendata", ...args },
      opts,
    ),
  children: [deployment, "core/v1:ConfigMap opendata-worker", policy, ...more],
});

describeComponent("one worker", worker());
describeComponent("two workers", worker({ replicas: 2 }, ["policy/v1:PodDisruptionBudget opendata-worker"]));

const scaling = { kind: "hpa", minimum: 1, maximum: 4, cpuPercent: 70 } as const;
const byQueue = { kind: "keda", minimum: 0, maximum: 4 } as const;
const scaled = "keda.sh/v1alpha1:ScaledObject opendata-worker";
const authentication = "keda.sh/v1alpha1:TriggerAuthentication opendata-worker";
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

describeComponent(
  "as many workers as jobs wait for",
  worker({ scaling: byQueue }, [scaled, authentication, "policy/v1:PodDisruptionBudget opendata-worker"]),
);

describe("KEDA", () => {
  test("is asked for as many pods as jobs wait, in each queue of the group", async () => {
    const { resources } = await alone(worker({ scaling: byQueue, queues: ["urgent", "default"] }));
    const trigger = (queue: string) => ({
      type: "redis",
      metadata: {
        address: `redis.example.org.${namespace}.svc:6379`,
        databaseIndex: "3",
        listName: `rq:queue:ckan:opendata:${queue}`,
        listLength: "5",
      },
      authenticationRef: { name: "opendata-worker" },
    });
    expect((find(resources, scaled).inputs as { spec: object }).spec).toEqual({
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "opendata-worker" },
      minReplicaCount: 0,
      maxReplicaCount: 4,
      pollingInterval: 30,
      cooldownPeriod: 300,
      advanced: {
        horizontalPodAutoscalerConfig: {
          behavior: {
            scaleDown: { stabilizationWindowSeconds: 300, policies: [{ type: "Pods", value: 1, periodSeconds: 60 }] },
          },
        },
        restoreToOriginalReplicaCount: true,
      },
      triggers: [trigger("urgent"), trigger("default")],
    });
  });

  test("reads the password from the Secret that the pods have it from", async () => {
    const { resources } = await alone(worker({ scaling: byQueue }));
    const { spec } = find(resources, authentication).inputs as { spec: object };
    expect(spec).toEqual({ secretTargetRef: [{ parameter: "password", name: "queue", key: "password" }] });
  });

  test("is waited for, and asked when there is what it scales", async () => {
    const { resources } = await alone(worker({ scaling: byQueue }));
    const { inputs, dependencies } = find(resources, scaled);
    expect(inputs).toMatchObject({ metadata: { annotations: { "pulumi.com/waitFor": "condition=Ready" } } });
    expect(dependencies).toContain(find(resources, deployment).urn);
  });

  test("decides alone how many pods there are: the Deployment says nothing", async () => {
    const { resources } = await alone(worker({ scaling: byQueue }));
    expect("replicas" in (find(resources, deployment).inputs as { spec: object }).spec).toBe(false);
  });
});

describe("while the site is closed", () => {
  const stopped = async (args: Partial<XLoaderWorkerArgs>) =>
    (await alone(worker({ ...args, stopped: true }))).resources;
  const replicas = (resources: readonly Declared[]) =>
    (find(resources, deployment).inputs as { spec: { replicas?: number } }).spec.replicas;

  test("no worker runs, and no autoscaler of processors is there to start one", async () => {
    const resources = await stopped({ scaling });
    expect(replicas(resources)).toBe(0);
    expect(resources.filter(({ type }) => type.includes("HorizontalPodAutoscaler"))).toEqual([]);
  });

  test("KEDA is told to keep none, because it would start one for the first job that waits", async () => {
    const resources = await stopped({ scaling: byQueue });
    expect(replicas(resources)).toBeUndefined();
    expect(find(resources, scaled).inputs).toMatchObject({
      metadata: {
        annotations: { "autoscaling.keda.sh/paused-replicas": "0", "pulumi.com/waitFor": "condition=Paused" },
      },
    });
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
  const command = ["python3", "/etc/ckan-worker/worker.py"];
  expect(await commandOf({})).toEqual([...command, "jobs", "worker", "default"]);
  expect(await commandOf({ queues: ["urgent", "default"] })).toEqual([
    ...command,
    "jobs",
    "worker",
    "urgent",
    "default",
  ]);
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
  expect(spec.egress.slice(2).map(({ ports }) => ports)).toEqual([
    [{ port: 5432, protocol: "TCP" }],
    [{ port: 8983, protocol: "TCP" }],
    [{ port: 5000, protocol: "TCP" }],
  ]);
});

test("starts after its network policy", async () => {
  const { resources } = await alone(worker());
  expect(find(resources, deployment).dependencies).toContain(find(resources, policy).urn);
});
