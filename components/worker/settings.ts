/** `workers` of a site: the pods that work on CKAN's job queues. */
import { z } from "zod";
import type { Arguments, Settings } from "../../config/arguments.ts";
import { ruleBetween } from "../../config/mistakes.ts";
import { count, priorityClass } from "../../config/values.ts";
import { resources, sized } from "../kubernetes/resources.ts";
import { cpuScalingSettings, oneNumberOfPods } from "../kubernetes/scaling-settings.ts";
import { defaultGroup } from "./groups.ts";

const queueName = z
  .string("expected the name of a queue such as default")
  .regex(/^[a-z0-9_-]+$/, "expected the name of a queue such as default");

const groupName = z
  .string()
  .regex(
    /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/,
    "expected the name of a group of workers: lower-case letters, digits and hyphens, such as bulk",
  );

/** The defaults for jobs and times are KEDA's own. */
const workerScaling = z
  .discriminatedUnion(
    "kind",
    [
      z.strictObject({ kind: z.literal("hpa"), ...cpuScalingSettings }),
      z.strictObject({
        kind: z.literal("keda"),
        minimum: count(0).describe("Least pods; with 0 a first job waits for a look at the queue and a start of CKAN"),
        maximum: count(1).describe("Most pods"),
        jobsPerPod: count(1).default(5).describe("Waiting jobs of a queue for each pod"),
        pollingSeconds: count(1).default(30).describe("Seconds between two looks at the queue"),
        cooldownSeconds: count(0)
          .default(300)
          .describe("Seconds without waiting jobs before the last pod ends, with minimum 0"),
      }),
    ],
    "expected kind: hpa or keda",
  )
  .optional()
  .describe("How many pods an autoscaler lets run, in place of replicas");

export const workerSettings = z
  .strictObject({
    replicas: count(1).optional().describe("Pods of the group; each runs one job at a time; default: 1"),
    scaling: workerScaling,
    queues: z
      .array(queueName)
      .min(1, "expected at least one queue")
      .refine((queues) => new Set(queues).size === queues.length, "expected each queue once")
      .optional()
      .describe(
        "Job queues in order of priority; default: in the group default, the queue default, which XLoader needs",
      ),
    terminationGracePeriodSeconds: count(1)
      .default(3900)
      .describe("Seconds a stopping worker has to finish its job; more than ckan.jobTimeoutSeconds"),
    // Measured: 115 MiB resident, and 225 during a load of a million rows.
    resources: resources(sized("100m", "384Mi", "1", "768Mi", "4Gi")),
    priorityClass,
  })
  .superRefine(ruleBetween(oneNumberOfPods));

export type WorkerArgs = Arguments<typeof workerSettings>;
export type WorkerSettings = Settings<typeof workerSettings>;
/** Scales by CPU, for jobs that compute, or by the number of waiting jobs, in clusters with KEDA. */
export type WorkerScaling = NonNullable<WorkerSettings["scaling"]>;
export type QueueScaling = Extract<WorkerScaling, { kind: "keda" }>;

/** Settings of each group by name; the group default always exists. */
export const workersSettings = z
  .record(groupName, workerSettings)
  .prefault({})
  .transform(
    (groups): Readonly<Record<string, WorkerSettings>> => ({ [defaultGroup]: workerSettings.parse({}), ...groups }),
  );
