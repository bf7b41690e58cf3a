import { expect, test } from "vitest";
import { jsonSchemas } from "../../scan/schemas.ts";

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
