/** How many pods run: the schemas of `scaling`, and what is wrong with one. */
import { z } from "zod";
import type { PodNumber } from "../components/manifests/scaling.ts";
import type { Mistake } from "./mistakes.ts";
import { count } from "./primitives.ts";

const cpu = {
  minimum: count(1).describe("Least pods"),
  maximum: count(1).describe("Most pods"),
  cpuPercent: count(1).describe("Mean use at which pods are added, in percent of resources.requests.cpu"),
};

export const webScaling = z
  .strictObject(cpu)
  .optional()
  .describe("How many pods an autoscaler lets run, in place of replicas");

export const workerScaling = z
  .discriminatedUnion("kind", [z.strictObject({ kind: z.literal("hpa"), ...cpu })], "expected kind: hpa")
  .optional()
  .describe("How many pods an autoscaler lets run, in place of replicas");

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
