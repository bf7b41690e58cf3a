/** Claims for volumes. */
import type { types } from "@pulumi/kubernetes";
import type { Input } from "@pulumi/pulumi";
import { objectMetadata } from "./metadata.ts";

/** What is said of a volume. */
export interface VolumeArgs {
  /** Such as 5Gi. It can grow where the storage class allows it, never shrink. */
  readonly storage: string;
  /** StorageClass of the volume when it is made; one that exists keeps its own. @default the cluster's own */
  readonly storageClass?: string | undefined;
}

export interface ClaimArgs {
  readonly name: string;
  readonly namespace: Input<string>;
  readonly labels: Readonly<Record<string, string>>;
  /** Such as 5Gi. It can grow where the storage class allows it, never shrink. */
  readonly size: Input<string>;
  /** Of a volume that is made: one that exists keeps its own. @default the cluster's own */
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
      // The provider (4.25.0) waits for the event of binding, which never comes for a claim that is bound already, as after a
      // destroy that kept it: five minutes, then an error. The pod that mounts the volume is waited for anyway.
      annotations: { "pulumi.com/skipAwait": "true" },
    }),
    spec: {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: size } },
      ...(storageClass !== undefined && { storageClassName: storageClass }),
    },
  };
}
