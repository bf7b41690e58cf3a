/** A Job that runs again exactly when something it depends on changes. */
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
  /** Seconds that all tries may take together. */
  readonly deadlineSeconds: number;
}

/**
 * The name carries a hash of the whole pod, names of ConfigMaps and Secrets included, which carry hashes of their content. So a
 * new image, setting or credential makes a new Job, and an `up` without a change makes none. The old Job goes first: going back
 * to earlier settings runs the earlier Job again, which may have to undo what a failed one had done by half. A Job that failed
 * is run again by the next `up`, changed or not. Nothing deletes a finished Job after a time: the next refresh would miss it.
 *
 * `up` waits as long as the Job may take. When somebody interrupts it, the next one replaces a Job that still runs: the provider asks
 * whether the Job is complete, not whether it has failed. It waits for the end of the old pod, however; what a pod must not be cut
 * off from, it finishes within its `terminationGracePeriodSeconds`, and the new one goes on from there.
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
