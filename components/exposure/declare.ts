/** Helpers that all kinds of exposure share. */
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { CustomObject } from "../kubernetes/custom-object.ts";
import { customResource } from "../kubernetes/declare/custom-resource.ts";
import { labels } from "../kubernetes/labels.ts";
import { objectMetadata } from "../kubernetes/metadata.ts";
import type { NetworkPolicySpec } from "../kubernetes/network.ts";
import type { CkanExposureArgs } from "./arguments.ts";

export interface ObjectOptions {
  /** Condition to wait for. @default none */
  readonly waitFor?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** @default none */
  readonly dependsOn?: readonly pulumi.Resource[];
}

/** A custom resource with the status that the cluster writes into it. */
export type Observed = kubernetes.apiextensions.CustomResource & {
  readonly status: pulumi.Output<ExposureStatus | undefined>;
};

/** The fields used of a Gateway's or a Route's status. */
interface ExposureStatus {
  readonly addresses?: readonly { readonly value?: string }[];
  readonly ingress?: readonly { readonly routerCanonicalHostname?: string }[];
}

/** Declares a custom resource; Pulumi does not wait for custom resources by itself. */
export function declareObject(
  name: string,
  args: CkanExposureArgs,
  object: CustomObject,
  options: pulumi.CustomResourceOptions,
  { dependsOn = [], ...waiting }: ObjectOptions = {},
): Observed {
  const metadata = { ...metadataOf(name, args), ...waiting };
  // Listing `status` makes the SDK expose the live status as an output.
  const observed = { ...object, status: undefined };
  return customResource(name, observed, metadata, { ...options, dependsOn: [...dependsOn] }) as Observed;
}

export function declareNetworkPolicy(
  name: string,
  args: CkanExposureArgs,
  spec: NetworkPolicySpec,
  options: pulumi.CustomResourceOptions,
): void {
  const metadata = objectMetadata(metadataOf(name, args));
  new kubernetes.networking.v1.NetworkPolicy(name, { metadata, spec }, options);
}

export function metadataOf(name: string, { namespace, instance }: CkanExposureArgs) {
  return { name, namespace, labels: labels({ instance, component: "exposure", software: "ckan" }) };
}
