/** The pods that work on CKAN's job queues: the schema of `ckan:instances.<name>.workers`. */
import { z } from "zod";
import { defaultGroup } from "../components/manifests/worker-groups.ts";
import { sizes } from "../components/sizes.ts";
import { count, priorityClass } from "./primitives.ts";
import { resources } from "./resources.ts";
import { workerScaling } from "./scaling.ts";

const queueName = z
  .string("expected the name of a queue such as default")
  .regex(/^[a-z0-9_-]+$/, "expected the name of a queue such as default");

const groupName = z
  .string()
  .regex(
    /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/,
    "expected the name of a group of workers: lower-case letters, digits and hyphens, such as bulk",
  );

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
