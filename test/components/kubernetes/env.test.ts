import { expect, test } from "vitest";
import { environment } from "../../../components/kubernetes/env.ts";

test("variables stay in the given order: values as they are, secrets by reference", () => {
  expect(
    environment([
      { name: "PASSWORD", secret: { secretName: "credentials", key: "password" } },
      { name: "URL", value: "redis://:$(PASSWORD)@queue" },
      { name: "A", value: "1" },
    ]),
  ).toEqual([
    { name: "PASSWORD", valueFrom: { secretKeyRef: { name: "credentials", key: "password" } } },
    { name: "URL", value: "redis://:$(PASSWORD)@queue" },
    { name: "A", value: "1" },
  ]);
});
