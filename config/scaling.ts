/** How many pods run: the schemas of `scaling`, and what is wrong with one. */
import { z } from "zod";
import { queueScaling } from "../components/manifests/keda.ts";
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
  .discriminatedUnion(
    "kind",
    [
      z.strictObject({ kind: z.literal("hpa"), ...cpu }),
      z.strictObject({
        kind: z.literal("keda"),
        minimum: count(0).describe("Least pods; with 0 a first job waits for a look at the queue and a start of CKAN"),
        maximum: count(1).describe("Most pods"),
        jobsPerPod: count(1).default(queueScaling.jobsPerPod).describe("Waiting jobs of a queue for each pod"),
        pollingSeconds: count(1)
          .default(queueScaling.pollingSeconds)
          .describe("Seconds between two looks at the queue"),
        cooldownSeconds: count(0)
          .default(queueScaling.cooldownSeconds)
          .describe("Seconds without waiting jobs before the last pod ends, with minimum 0"),
      }),
    ],
    "expected kind: hpa or keda",
  )
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
