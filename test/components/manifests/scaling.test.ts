import { describe, expect, test } from "vitest";
import { deploymentMetadata, mostPods } from "../../../components/manifests/scaling.ts";

const scaling = { minimum: 1, maximum: 4 };

test.each([
  ["one by default", {}, 1],
  ["the number", { replicas: 3 }, 3],
  ["the autoscaler's bound", { scaling }, 4],
])("the most pods at a time are %s", (_name, number, most) => {
  expect(mostPods(number)).toBe(most);
});

describe("a Deployment", () => {
  const metadata = { name: "opendata-web", labels: {}, annotations: { a: "b" } };

  test("with a number takes it back from whoever else wrote one", () => {
    expect(deploymentMetadata(metadata, { replicas: 1 }).annotations).toEqual({
      a: "b",
      "pulumi.com/patchForce": "true",
    });
  });

  test("with an autoscaler leaves it the number", () => {
    expect(deploymentMetadata(metadata, { scaling })).toEqual(metadata);
  });
});
