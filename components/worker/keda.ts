/** What KEDA needs to scale workers by the jobs that wait for them. */
import { type Input, interpolate } from "@pulumi/pulumi";
import { caBundleFile } from "../kubernetes/ca-bundle.ts";
import type { CustomObject } from "../kubernetes/custom-object.ts";
import { slowScaleIn } from "../kubernetes/scaling.ts";
import type { QueueEndpoint } from "../site/endpoints.ts";
import type { QueueScaling } from "./settings.ts";

/**
 * How KEDA gets into the queue: by user and password from the Secret that the pods have them from, and by the authorities that the
 * pods trust, from their ConfigMap. Without one it goes by the list of its own image.
 */
export function triggerAuthentication({ password, user, tls = "disable" }: QueueEndpoint, caBundle?: Input<string>) {
  const references = { password, ...(user !== undefined && { username: user.reference }) };
  const authorities = tls !== "disable" && caBundle !== undefined;
  return {
    apiVersion: "keda.sh/v1alpha1",
    kind: "TriggerAuthentication",
    spec: {
      secretTargetRef: Object.entries(references).map(([parameter, { secretName, key }]) => ({
        parameter,
        name: secretName,
        key,
      })),
      ...(authorities && { configMapTargetRef: [{ parameter: "ca", name: caBundle, key: caBundleFile }] }),
    },
  } satisfies CustomObject<unknown>;
}

export interface ScaledObjectArgs {
  /** Name of the Deployment. */
  readonly deployment: string;
  /** Its namespace, and that of an in-cluster queue. */
  readonly namespace: Input<string>;
  readonly queue: QueueEndpoint;
  /** Keys of the lists of waiting jobs; where several are long, the longest decides. */
  readonly lists: readonly string[];
  /** Name of the TriggerAuthentication. */
  readonly authentication: Input<string>;
  readonly scaling: QueueScaling;
}

export function scaledObject({ deployment, namespace, queue, lists, authentication, scaling }: ScaledObjectArgs) {
  const { minimum, maximum, jobsPerPod, pollingSeconds, cooldownSeconds } = scaling;
  return {
    apiVersion: "keda.sh/v1alpha1",
    kind: "ScaledObject",
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: deployment },
      minReplicaCount: minimum,
      maxReplicaCount: maximum,
      pollingInterval: pollingSeconds,
      cooldownPeriod: cooldownSeconds,
      advanced: {
        horizontalPodAutoscalerConfig: { behavior: { scaleDown: slowScaleIn } },
        // Pulumi writes a number of pods again before it deletes this object, and KEDA takes it back until then: none would stay none.
        restoreToOriginalReplicaCount: true,
      },
      triggers: lists.map((listName) => ({
        type: "redis",
        metadata: {
          address: address(queue, namespace),
          databaseIndex: String(queue.index),
          listName,
          listLength: String(jobsPerPod),
          ...(queue.tls !== undefined && queue.tls !== "disable" && { enableTLS: "true" }),
        },
        authenticationRef: { name: authentication },
      })),
    },
  } satisfies CustomObject<unknown>;
}

/** KEDA asks from a namespace of its own, where the bare name of a Service means nothing. */
function address({ host, port, access }: QueueEndpoint, namespace: Input<string>) {
  return access.destination.kind === "pods"
    ? interpolate`${host}.${namespace}.svc:${port}`
    : interpolate`${host}:${port}`;
}
