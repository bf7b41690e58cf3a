/** Schema and check of `replicas` and `scaling`. */
import type { z } from "zod";
import { addMistake } from "../../config/mistakes.ts";
import { count } from "../../config/values.ts";
import type { PodNumber } from "./scaling.ts";

/** Limits of an autoscaler by CPU use. */
export const cpuScalingSettings = {
  minimum: count(1).describe("Least pods"),
  maximum: count(1).describe("Most pods"),
  cpuPercent: count(1).describe("Mean use at which pods are added, in percent of resources.requests.cpu"),
};

/** Rejects settings that have both. */
export function oneNumberOfPods({ replicas, scaling }: PodNumber, context: z.core.$RefinementCtx): void {
  if (scaling === undefined) return;
  if (replicas !== undefined) {
    const expected = "expected nothing here beside scaling, which decides how many pods run: remove one of the two";
    addMistake(context, ["replicas"], expected, { found: replicas });
  }
  if (scaling.minimum > scaling.maximum) {
    const expected = `expected at most scaling.maximum (${scaling.maximum})`;
    addMistake(context, ["scaling", "minimum"], expected, { found: scaling.minimum });
  }
}
