/** How many pods run: what `scaling` says, and what is wrong with it. */
import type { Mistake } from "../../config/mistakes.ts";
import { count } from "../../config/values.ts";
import type { PodNumber } from "./scaling.ts";

/** Bounds of an autoscaler that goes by the processor. */
export const cpuScalingSettings = {
  minimum: count(1).describe("Least pods"),
  maximum: count(1).describe("Most pods"),
  cpuPercent: count(1).describe("Mean use at which pods are added, in percent of resources.requests.cpu"),
};

/** Mistakes in the part of an instance at this key. */
export function scalingMistakes({ replicas, scaling }: PodNumber, key: string): readonly Mistake[] {
  if (scaling === undefined) return [];
  const mistakes: Mistake[] = [];
  if (replicas !== undefined) {
    mistakes.push({
      key: `${key}.replicas`,
      expected: "expected nothing here beside scaling, which decides how many pods run: remove one of the two",
      found: replicas,
    });
  }
  if (scaling.minimum > scaling.maximum) {
    mistakes.push({
      key: `${key}.scaling.minimum`,
      expected: `expected at most scaling.maximum (${scaling.maximum})`,
      found: scaling.minimum,
    });
  }
  return mistakes;
}
