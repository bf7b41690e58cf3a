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

/** Options of everything that holds data: volumes, and the namespace they are in. */
export function durable(protection: Protection): CustomResourceOptions {
  switch (protection) {
    case Protection.Disposable:
      return {};
    case Protection.Retained:
      return { retainOnDelete: true };
    case Protection.Protected:
      return { retainOnDelete: true, protect: true };
  }
}
