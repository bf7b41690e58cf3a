/** Objects whose kinds a cluster learns from somebody's operator. */
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { CustomObject } from "../custom-object.ts";
import { type ObjectMetadata, objectMetadata } from "../metadata.ts";
import { timeouts } from "../timeouts.ts";

/** How an object is known to be ready. */
export interface Readiness {
  /** As `kubectl wait --for`: `condition=Ready`, `jsonpath={.status.applied}=true`. @default nobody waits */
  readonly waitFor?: string;
  /** Seconds that may take. @default 1200: a cloud's load balancer, or a certificate whose DNS records have to spread */
  readonly waitSeconds?: number;
}

/**
 * Declares a custom resource. Pulumi waits for none by itself: `waitFor` says what to wait for. Kinds whose operator reports nothing
 * are not waited for.
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
