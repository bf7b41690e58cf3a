import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { maskedSecret } from "../../render/synthesize.ts";
import { declareAlone, find } from "../support/program.ts";

const map = (name: string, data: Record<string, pulumi.Input<string>> = {}) =>
  new kubernetes.core.v1.ConfigMap(name, { metadata: { name }, data });

test("secrets are masked in inputs, and in their envelope in raw inputs", async () => {
  const { resources } = await declareAlone(() => map("m", { open: "a", hidden: pulumi.secret("b") }));
  const { inputs, raw } = find(resources, "core/v1:ConfigMap m");
  expect(inputs["data"]).toEqual({ open: "a", hidden: maskedSecret });
  expect(raw["data"]).toEqual({
    open: "a",
    hidden: { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: "b" },
  });
});

test("resources come in a stable order", async () => {
  const { resources } = await declareAlone(() => [map("c"), map("a"), map("b")]);
  expect(resources.map(({ name }) => name)).toEqual(["a", "b", "c"]);
});

test("two resources of one URN are refused, as the engine does", async () => {
  await expect(declareAlone(() => [map("same"), map("same")])).rejects.toThrow(
    "two resources have the URN urn:pulumi:unit::test::kubernetes:core/v1:ConfigMap::same",
  );
});

test("a program that fails is an error", async () => {
  const failing = () => {
    map("m");
    throw new Error("too late");
  };
  await expect(declareAlone(failing)).rejects.toThrow("too late");
});
