/** Objects whose kinds a cluster learns from somebody's operator. */
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { CustomObject } from "./manifests/custom-object.ts";
import { type ObjectMetadata, objectMetadata } from "./manifests/metadata.ts";

/**
 * Declares a custom resource. Pulumi waits for none by itself: `waitFor` says what to wait for, as kubectl does
 * (`condition=Ready`, `jsonpath={.status.applied}=true`). Kinds whose operator reports nothing are not waited for.
 */
export function customResource(
  name: string,
  object: CustomObject,
  { waitFor, ...metadata }: ObjectMetadata & { readonly waitFor?: string },
  options: pulumi.CustomResourceOptions,
): kubernetes.apiextensions.CustomResource {
  const annotations = { ...metadata.annotations, ...(waitFor !== undefined && { "pulumi.com/waitFor": waitFor }) };
  return new kubernetes.apiextensions.CustomResource(
    name,
    { ...object, metadata: objectMetadata({ ...metadata, annotations }) },
    options,
  );
}
