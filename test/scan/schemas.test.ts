import { expect, test } from "vitest";
import { customSchemas, jsonSchemas } from "../../scan/schemas.ts";

const kind = (group: string, version: string, name: string) => ({ group, version, kind: name });
const reference = { $ref: "#/definitions/core.Port" };

const schemas = jsonSchemas({
  definitions: {
    "core.Service": {
      properties: { kind: { type: "string" }, port: reference },
      "x-kubernetes-group-version-kind": [kind("", "v1", "Service")],
    },
    "core.Port": { properties: { number: { $ref: "#/definitions/util.IntOrString" } } },
    "networking.Policy": {
      properties: {},
      "x-kubernetes-group-version-kind": [kind("networking.k8s.io", "v1", "NetworkPolicy")],
    },
    "meta.DeleteOptions": {
      properties: {},
      "x-kubernetes-group-version-kind": [kind("", "v1", "DeleteOptions"), kind("apps", "v1", "DeleteOptions")],
    },
    "util.IntOrString": { format: "int-or-string" },
    "util.Raw": {},
  },
});

test("each kind has a file, called as kubeconform looks for it", () => {
  expect([...schemas.keys()]).toEqual(["definitions.json", "service-v1.json", "networkpolicy-networking-v1.json"]);
  expect(schemas.get("service-v1.json")).toEqual({ $ref: "definitions.json#/definitions/core.Service" });
});

test("what has fields has no others, and what may be a number or text may be either", () => {
  const { definitions } = schemas.get("definitions.json") as { definitions: Record<string, object> };
  expect(definitions["core.Port"]).toMatchObject({ additionalProperties: false });
  expect(definitions["core.Service"]).toMatchObject({ properties: { port: reference }, additionalProperties: false });
  expect(definitions["util.IntOrString"]).toEqual({ oneOf: [{ type: "integer" }, { type: "string" }] });
  expect(definitions["util.Raw"]).toEqual({});
});

test("a custom resource may have what its definition names and what every object has, and nothing else", () => {
  const openAPIV3Schema = {
    type: "object",
    properties: {
      spec: {
        type: "object",
        properties: {
          port: { "x-kubernetes-int-or-string": true },
          labels: { additionalProperties: { type: "string" } },
        },
      },
      status: { type: "object", properties: {}, "x-kubernetes-preserve-unknown-fields": true },
    },
  };
  const spec = { group: "keda.sh", names: { kind: "Thing" }, versions: [{ name: "v1", schema: { openAPIV3Schema } }] };
  expect(Object.fromEntries(customSchemas([{ spec }]))).toEqual({
    "thing-keda-v1.json": {
      type: "object",
      additionalProperties: false,
      properties: {
        apiVersion: { type: "string" },
        kind: { type: "string" },
        metadata: { type: "object" },
        spec: {
          type: "object",
          additionalProperties: false,
          properties: {
            port: { anyOf: [{ type: "integer" }, { type: "string" }] },
            labels: { additionalProperties: { type: "string" } },
          },
        },
        status: { type: "object", properties: {}, "x-kubernetes-preserve-unknown-fields": true },
      },
    },
  });
});
