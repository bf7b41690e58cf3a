/** The new part that CONTRIBUTING.md walks through. Proves that its files compile, and what the component declares. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { alone, describeComponent, namespace, podOf } from "../support/component.ts";
import { queue } from "../support/endpoints.ts";
import { declareAlone, find } from "../support/program.ts";
import { QueueMetrics, type QueueMetricsArgs } from "./new-part/queue-metrics.ts";

const server = { image: "registry.example.org/redis-exporter:1.74.0" };
const args: QueueMetricsArgs = {
  namespace,
  instance: "opendata",
  server,
  queue,
  lists: ["rq:queue:ckan:opendata:default"],
};

const part = {
  component: "QueueMetrics opendata-queue-metrics",
  declare: (opts: object) => new QueueMetrics("opendata-queue-metrics", args, opts),
  children: [
    "apps/v1:Deployment opendata-queue-metrics",
    "core/v1:Service opendata-queue-metrics",
    "networking.k8s.io/v1:NetworkPolicy opendata-queue-metrics",
  ],
};

describeComponent("the new part of CONTRIBUTING.md", part);

test("it asks the queue for its lists, with the password by reference", async () => {
  const { resources } = await alone(part);
  const [container] = podOf(find(resources, "apps/v1:Deployment opendata-queue-metrics")).containers;
  expect(container?.env).toEqual([
    { name: "REDIS_ADDR", value: "redis://redis.example.org:6379" },
    { name: "REDIS_PASSWORD", valueFrom: { secretKeyRef: { name: "queue", key: "password" } } },
    { name: "REDIS_EXPORTER_CHECK_SINGLE_KEYS", value: "db3=rq:queue:ckan:opendata:default" },
  ]);
});

test("only Prometheus' namespace reaches it, and it reaches the queue and DNS alone", async () => {
  const { resources } = await alone(part);
  const { spec } = find(resources, "networking.k8s.io/v1:NetworkPolicy opendata-queue-metrics").inputs as {
    spec: { ingress: unknown; egress: readonly { ports: readonly { port: number }[] }[] };
  };
  expect(spec.ingress).toEqual([
    {
      from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } } }],
      ports: [{ port: 9121, protocol: "TCP" }],
    },
  ]);
  expect([...new Set(spec.egress.flatMap(({ ports }) => ports.map(({ port }) => port)))].sort()).toEqual([
    53, 5353, 6379,
  ]);
});

test("a mistake in its settings is reported with what to write", async () => {
  const declare = () => new QueueMetrics("m", { ...args, server: { image: "redis-exporter" } });
  await expect(declareAlone(declare)).rejects.toThrow("image: expected an image with an exact tag or digest");
});

describe("CONTRIBUTING.md shows", () => {
  const root = join(import.meta.dirname, "../..");
  const document = readFileSync(join(root, "CONTRIBUTING.md"), "utf8");
  const blocks = [...document.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, text = ""]) => text);

  test.each(["settings.ts", "queue-metrics.ts"])("%s as it is compiled here", (file) => {
    const text = readFileSync(join(import.meta.dirname, "new-part", file), "utf8");
    const [title] = text.split("\n");
    const shown = blocks.find((block) => block.startsWith(`${title}\n`)) ?? "";
    expect(importsSorted(shown)).toBe(importsSorted(asInComponents(text)));
  });
});

/** With the paths of a folder of components/. */
function asInComponents(text: string): string {
  return text.replaceAll('"../../../components/', '"../').replaceAll('"../../../config/', '"../../config/');
}

/** Other paths have another order. */
function importsSorted(text: string): string {
  const lines = text.split("\n");
  const isImport = (line: string) => line.startsWith("import ");
  return [...lines.filter(isImport).toSorted(), ...lines.filter((line) => !isImport(line))].join("\n");
}
