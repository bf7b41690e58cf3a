/** A Job that runs again whenever one of its inputs changes. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labels } from "../labels.ts";
import { objectMetadata } from "../metadata.ts";
import { contentName } from "../names.ts";
import { type PodArgs, podTemplate } from "../pod.ts";
import { jobTimeouts } from "../timeouts.ts";

export interface JobArgs {
  readonly namespace: pulumi.Input<string>;
  readonly pod: PodArgs;
  /** Total seconds for all attempts. */
  readonly deadlineSeconds: number;
}

/**
 * The name contains a hash of the whole pod, including the names of ConfigMaps and Secrets, which contain hashes of their content. So a
 * new image, setting or credential makes a new Job, and an `up` without changes makes none. The old Job is deleted first: going back to
 * earlier settings runs the earlier Job again, which may have to undo what a failed one left half done. The next `up` runs a failed Job
 * again, changed or not. Finished Jobs have no TTL: the next refresh would miss them.
 *
 * `up` waits for as long as the Job may take. After an interrupted `up`, the next one replaces a Job that still runs: the provider checks
 * whether the Job is complete, not whether it has failed. But it waits for the old pod to end. Steps that must not be cut off finish
 * within `terminationGracePeriodSeconds`, and the new pod continues from there.
 */
export function declareJob(
  name: string,
  args: JobArgs,
  options: pulumi.CustomResourceOptions,
): kubernetes.batch.v1.Job {
  const template = podTemplate({ ...args.pod, restartPolicy: "Never" });
  return new kubernetes.batch.v1.Job(
    name,
    {
      metadata: objectMetadata({
        name: pulumi.output(template).apply((content) => contentName(name, content)),
        namespace: args.namespace,
        labels: labels(args.pod.identity),
        annotations: { "pulumi.com/replaceUnready": "true" },
      }),
      spec: { template, backoffLimit: 2, activeDeadlineSeconds: args.deadlineSeconds },
    },
    {
      ...options,
      ...jobTimeouts(args.deadlineSeconds, args.pod.terminationGracePeriodSeconds),
      deleteBeforeReplace: true,
    },
  );
}
