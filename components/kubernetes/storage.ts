/** PersistentVolumeClaims. */
import type { types } from "@pulumi/kubernetes";
import type { Input } from "@pulumi/pulumi";
import { objectMetadata } from "./metadata.ts";

/** Settings of a volume. */
export interface VolumeArgs {
  /** Such as 5Gi. It can grow if the storage class allows it, but never shrink. */
  readonly storage: string;
  /** StorageClass of a new volume; an existing one keeps its own. @default the cluster's default */
  readonly storageClass?: string | undefined;
}

export interface ClaimArgs {
  readonly name: string;
  readonly namespace: Input<string>;
  readonly labels: Readonly<Record<string, string>>;
  /** Such as 5Gi. It can grow if the storage class allows it, but never shrink. */
  readonly size: Input<string>;
  /** StorageClass of a new volume; an existing one keeps its own. @default the cluster's default */
  readonly storageClass?: string | undefined;
}

export function volumeClaim({
  name,
  namespace,
  labels,
  size,
  storageClass,
}: ClaimArgs): types.input.core.v1.PersistentVolumeClaim {
  return {
    metadata: objectMetadata({
      name,
      namespace,
      labels: { ...labels },
      // The provider (4.25.0) waits for the binding event, which never comes for a claim that is already bound, as after a destroy that
      // kept it: it waits five minutes, then fails. The pod that mounts the volume is awaited anyway.
      annotations: { "pulumi.com/skipAwait": "true" },
    }),
    spec: {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: size } },
      ...(storageClass !== undefined && { storageClassName: storageClass }),
    },
  };
}
