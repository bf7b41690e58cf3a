/** The pods that work on CKAN's job queues: the schema of `ckan:instances.<name>.workers`. */
import { z } from "zod";
import { count, priorityClass } from "../../config/values.ts";
import { resources } from "../kubernetes/resources.ts";
import { cpuScalingSettings } from "../kubernetes/scaling-settings.ts";
import { sizes } from "../site/sizes.ts";
import { defaultGroup } from "./groups.ts";
import { queueScaling } from "./keda.ts";

const queueName = z
  .string("expected the name of a queue such as default")
  .regex(/^[a-z0-9_-]+$/, "expected the name of a queue such as default");

const groupName = z
  .string()
  .regex(
    /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/,
    "expected the name of a group of workers: lower-case letters, digits and hyphens, such as bulk",
  );

const workerScaling = z
  .discriminatedUnion(
    "kind",
    [
      z.strictObject({ kind: z.literal("hpa"), ...cpuScalingSettings }),
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

const group = z.strictObject({
  replicas: count(1).optional().describe("Pods of the group; each runs one job at a time; default: 1"),
  scaling: workerScaling,
  queues: z
    .array(queueName)
    .min(1, "expected at least one queue")
    .refine((queues) => new Set(queues).size === queues.length, "expected each queue once")
    .optional()
    .describe("Job queues in order of priority; default: in the group default, the queue default, which XLoader needs"),
  terminationGracePeriodSeconds: count(1)
    .default(3900)
    .describe("Seconds a stopping worker has to finish its job; more than ckan.jobTimeoutSeconds"),
  resources: resources(sizes.worker.resources),
  priorityClass,
});

export type WorkerGroup = z.infer<typeof group>;

/** Settings of each group by its name; the group default is there in any case. */
export const workersSchema = z
  .record(groupName, group)
  .prefault({})
  .transform((groups): Readonly<Record<string, WorkerGroup>> => ({ [defaultGroup]: group.parse({}), ...groups }));
