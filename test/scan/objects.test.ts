import { expect, test } from "vitest";
import { makesPods, partOf } from "../../scan/objects.ts";

const object = (kind: string, more: object = {}) => ({ apiVersion: "v1", kind, metadata: { name: "a" }, ...more });

test("a part is a kind and a component, or the name of what belongs to none", () => {
  const metadata = { name: "opendata-setup-1234", labels: { "app.kubernetes.io/component": "setup" } };
  expect([partOf({ ...object("Job"), metadata }), partOf(object("Namespace"))]).toEqual(["Job/setup", "Namespace/a"]);
});

test("pods are made by whatever has a template of them, and by nothing else", () => {
  const spec = { containers: [] };
  const objects = [
    object("Deployment", { spec: { template: { spec } } }),
    object("CronJob", { spec: { jobTemplate: { spec: { template: { spec } } } } }),
    object("Pod", { spec }),
    object("Service", { spec: { ports: [] } }),
    object("ConfigMap"),
  ];
  expect(objects.map(makesPods)).toEqual([true, true, true, false, false]);
});
