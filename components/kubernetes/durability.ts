/** How stateful resources survive: the only place that decides it. */
import type { CustomResourceOptions } from "@pulumi/pulumi";

/** What happens to data when its resource or the whole stack is destroyed. */
export const Protection = {
  /** Volumes go with the stack. */
  Disposable: "disposable",
  /** `destroy` leaves the volumes and their namespace; the next `up` takes them again. */
  Retained: "retained",
  /** As retained, and Pulumi refuses to delete or replace them at all. */
  Protected: "protected",
} as const;
export type Protection = (typeof Protection)[keyof typeof Protection];

/**
 * Options of everything that holds data: volumes, databases, buckets, and the namespace they are in. Whatever a provider plans, none
 * is replaced under its name: the new one would have to be made before the old one goes, and the service refuses a second of a name.
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
 * As `durable`, for claims of volumes. The class of one that exists cannot change: the API server refuses it, and the provider plans
 * another volume in its place (provider/pkg/provider/diff.go; pulumi/pulumi-kubernetes#81). Another class is for volumes to come.
 */
export function durableVolume(protection: Protection): CustomResourceOptions {
  return { ...durable(protection), ignoreChanges: ["spec.storageClassName"] };
}
