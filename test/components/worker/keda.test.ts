import { describe, expect, test } from "vitest";
import { scaledObject, triggerAuthentication } from "../../../components/worker/keda.ts";
import { queue } from "../../support/endpoints.ts";
import { settled } from "../../support/program.ts";

const object = (args: Partial<Parameters<typeof scaledObject>[0]>) =>
  scaledObject({
    deployment: "opendata-worker",
    namespace: "opendata-unit",
    queue,
    lists: ["rq:queue:ckan:opendata:default"],
    authentication: "opendata-worker",
    scaling: { kind: "keda", minimum: 1, maximum: 2, jobsPerPod: 5, pollingSeconds: 30, cooldownSeconds: 300 },
    ...args,
  });

describe("KEDA finds the queue", () => {
  const addressOf = async (args: Partial<Parameters<typeof scaledObject>[0]>) =>
    await settled(object(args).spec.triggers[0]?.metadata.address);

  test("of the site by its Service and namespace: it asks from another one", async () => {
    expect(await addressOf({ queue: { ...queue, host: "opendata-queue" } })).toBe(
      "opendata-queue.opendata-unit.svc:6379",
    );
  });

  test("of somebody else by the host that the stack file names", async () => {
    const destination = { kind: "networks", networks: ["10.20.0.0/24"], port: 6380 } as const;
    const access = { clientLabels: {}, destination };
    expect(await addressOf({ queue: { ...queue, port: 6380, access } })).toBe("redis.example.org:6380");
  });
});

describe("KEDA gets into the queue", () => {
  const password = { parameter: "password", name: "queue", key: "password" };

  test("by the password alone", () => {
    expect(triggerAuthentication(queue, "ca-1").spec).toEqual({ secretTargetRef: [password] });
    expect(object({}).spec.triggers[0]?.metadata).not.toHaveProperty("enableTLS");
  });

  test("as a user, over TLS, and by the authorities that the pods trust", () => {
    const secured = {
      ...queue,
      tls: "verify-full",
      user: { name: "ckan", reference: { secretName: "queue", key: "user" } },
    } as const;
    expect(triggerAuthentication(secured, "ca-1").spec).toEqual({
      secretTargetRef: [password, { parameter: "username", name: "queue", key: "user" }],
      configMapTargetRef: [{ parameter: "ca", name: "ca-1", key: "bundle.pem" }],
    });
    expect(triggerAuthentication(secured).spec).not.toHaveProperty("configMapTargetRef");
    expect(object({ queue: secured }).spec.triggers[0]?.metadata).toMatchObject({ enableTLS: "true" });
  });
});

test("the stack file's numbers reach KEDA", () => {
  const scaling = {
    kind: "keda",
    minimum: 1,
    maximum: 9,
    jobsPerPod: 2,
    pollingSeconds: 10,
    cooldownSeconds: 60,
  } as const;
  const { spec } = object({ scaling });
  expect(spec).toMatchObject({ minReplicaCount: 1, maxReplicaCount: 9, pollingInterval: 10, cooldownPeriod: 60 });
  expect(spec.triggers[0]?.metadata.listLength).toBe("2");
});
