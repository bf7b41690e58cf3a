/** A stack on GKE's Autopilot: its webhook finds nothing to change, and what it refuses is refused before. */
import { expect, test } from "vitest";
import { quantityValue } from "../../config/values.ts";
import { operated, operatedSecrets, stackFile } from "../support/configuration.ts";
import { objectsOf, workloads } from "../support/objects.ts";
import { declaredBy, refusalOf } from "../support/program.ts";
import { committed } from "../support/stacks.ts";

const cluster = { "ckan:cluster": { platform: "gke-autopilot", context: "unit" } };

test("every pod reserves all its disk, the least of a container, and memory for its processors", async () => {
  const pods = workloads(objectsOf(await declaredBy(stackFile({ opendata: {} }, cluster))));
  expect(pods.length).toBeGreaterThan(7);
  for (const { address, containers } of pods) {
    const sum = (amount: "cpu" | "memory" | "ephemeral-storage") =>
      containers.reduce((total, { resources }) => total + quantityValue(resources.requests[amount] ?? ""), 0);
    const ratio = sum("memory") / 2 ** 30 / sum("cpu");
    expect([address, ratio >= 1 && ratio <= 6.5, sum("ephemeral-storage") <= 10 * 2 ** 30]).toEqual([
      address,
      true,
      true,
    ]);
    for (const { resources } of containers) {
      expect(resources.requests["ephemeral-storage"]).toBe(resources.limits["ephemeral-storage"]);
      expect(quantityValue(resources.requests["cpu"] ?? "")).toBeGreaterThanOrEqual(0.05);
      expect(quantityValue(resources.requests["memory"] ?? "")).toBeGreaterThanOrEqual(52 * 2 ** 20);
    }
  }
});

test("servers that an operator runs reserve all their disk, too", async () => {
  const objects = objectsOf(await declaredBy(stackFile({ opendata: operated }, { ...cluster, ...operatedSecrets })));
  expect(objects.find(({ kind }) => kind === "Cluster")?.spec).toMatchObject({
    resources: { requests: { "ephemeral-storage": "2Gi" }, limits: { "ephemeral-storage": "2Gi" } },
  });
});

test("a pod with more disk than Autopilot gives is one mistake", async () => {
  const { message, registered } = await refusalOf({ ...committed("prod"), ...cluster });
  expect(message).toBe(
    "The stack file has 1 mistake; nothing was created or changed:\n" +
      "  ckan:instances.opendata.web.nginx.resources.limits.ephemeral-storage: expected at most 10Gi, together with 4Gi of web.resources: " +
      'Autopilot gives a pod no more disk, got "10Gi"',
  );
  expect(registered).toBe(0);
});
