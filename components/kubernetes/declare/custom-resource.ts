/** Custom resources, whose kinds an operator defines. */
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { CustomObject } from "../custom-object.ts";
import { type ObjectMetadata, objectMetadata } from "../metadata.ts";
import { timeouts } from "../timeouts.ts";

/** When an object counts as ready. */
export interface Readiness {
  /** In the syntax of `kubectl wait --for`: `condition=Ready`, `jsonpath={.status.applied}=true`. @default not awaited */
  readonly waitFor?: string;
  /** Timeout in seconds. @default 1200: a cloud's load balancer, or a certificate whose DNS records have to propagate */
  readonly waitSeconds?: number;
}

/**
 * Declares a custom resource. Pulumi does not wait for custom resources by itself: `waitFor` is the condition to wait for. Leave it out
 * for kinds whose operator reports no status.
 */
export function customResource(
  name: string,
  object: CustomObject,
  { waitFor, waitSeconds = 1200, ...metadata }: ObjectMetadata & Readiness,
  options: pulumi.CustomResourceOptions,
): kubernetes.apiextensions.CustomResource {
  const annotations = { ...metadata.annotations, ...(waitFor !== undefined && { "pulumi.com/waitFor": waitFor }) };
  return new kubernetes.apiextensions.CustomResource(
    name,
    { ...object, metadata: objectMetadata({ ...metadata, annotations }) },
    { ...options, ...(waitFor !== undefined && timeouts({ readySeconds: waitSeconds })) },
  );
}
