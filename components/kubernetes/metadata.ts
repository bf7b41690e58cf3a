/** What stands in the metadata of every object. */
import type { Input } from "@pulumi/pulumi";

export interface ObjectMetadata {
  /** @default Pulumi makes one up */
  readonly name?: Input<string>;
  /** @default none, for what lies in no namespace */
  readonly namespace?: Input<string>;
  readonly labels: Record<string, string>;
  readonly annotations?: Readonly<Record<string, Input<string>>>;
}

/**
 * One name for whoever sets the fields of our objects. By default the provider invents another for each object and keeps it in
 * the state alone. An object that a later state takes over, after a loss of the state or with a volume that a destroy kept,
 * then has two managers, and the API server refuses every change of a field as a conflict with the one that is gone.
 */
const fieldManager = { "pulumi.com/patchFieldManager": "ckan-environments" };

export function objectMetadata<Given extends ObjectMetadata>(metadata: Given) {
  return { ...metadata, annotations: { ...fieldManager, ...metadata.annotations } };
}
