/** What KEDA needs to scale workers by the jobs that wait for them. */
import { type Input, interpolate } from "@pulumi/pulumi";
import { caBundleFile } from "../kubernetes/ca-bundle.ts";
import type { CustomObject } from "../kubernetes/custom-object.ts";
import { slowScaleIn } from "../kubernetes/scaling.ts";
import type { QueueEndpoint } from "../site/endpoints.ts";
import type { QueueScaling } from "./settings.ts";

/**
 * KEDA's login to the queue: user and password come from the same Secret as the pods', and trusted certificates from the same
 * ConfigMap. Without a ConfigMap, KEDA trusts the list in its own image.
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
  /** Keys of the lists of waiting jobs; the longest list decides. */
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
        // When scaling is removed, Pulumi sets `replicas` before it deletes this object, and KEDA reverts that until then. Without
        // this setting, a Deployment that KEDA had scaled to 0 would stay at 0.
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

/** KEDA runs in another namespace, where the bare name of a Service does not resolve. */
function address({ host, port, access }: QueueEndpoint, namespace: Input<string>) {
  return access.destination.kind === "pods"
    ? interpolate`${host}.${namespace}.svc:${port}`
    : interpolate`${host}:${port}`;
}
