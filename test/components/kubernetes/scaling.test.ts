import { expect, test } from "vitest";
import { mostPods } from "../../../components/kubernetes/scaling.ts";

const scaling = { minimum: 1, maximum: 4 };

test.each([
  ["one by default", {}, 1],
  ["the number", { replicas: 3 }, 3],
  ["the autoscaler's bound", { scaling }, 4],
])("the most pods at a time are %s", (_name, number, most) => {
  expect(mostPods(number)).toBe(most);
});
