/** Protection of stateful resources: decided only here. */
import type { CustomResourceOptions } from "@pulumi/pulumi";

/** What happens to data when a resource or the whole stack is destroyed. */
export const Protection = {
  /** Volumes are deleted with the stack. */
  Disposable: "disposable",
  /** `destroy` keeps the volumes and their namespace; the next `up` adopts them. */
  Retained: "retained",
  /** As retained, and Pulumi refuses to delete or replace them. */
  Protected: "protected",
} as const;
export type Protection = (typeof Protection)[keyof typeof Protection];

/**
 * Options of everything that holds data: volumes, databases, buckets and their namespace. Such a resource is never replaced under the
 * same name: the new one would be created before the old one is deleted, and the service rejects a second one with that name.
 */
export function durable(protection: Protection): CustomResourceOptions {
  const kept = { deleteBeforeReplace: false };
  switch (protection) {
    case Protection.Disposable:
      return kept;
    case Protection.Retained:
      return { ...kept, retainOnDelete: true };
    case Protection.Protected:
      return { ...kept, retainOnDelete: true, protect: true };
  }
}

/**
 * As `durable`, for PersistentVolumeClaims. The class of an existing claim cannot change: the API server rejects it, and the provider
 * would replace the volume (provider/pkg/provider/diff.go; pulumi/pulumi-kubernetes#81). A changed class applies to new volumes only.
 */
export function durableVolume(protection: Protection): CustomResourceOptions {
  return { ...durable(protection), ignoreChanges: ["spec.storageClassName"] };
}
