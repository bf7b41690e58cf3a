/** Files for pods: a ConfigMap whose name changes with its content. */
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type Identity, labels } from "../labels.ts";
import { objectMetadata } from "../metadata.ts";
import { contentName } from "../names.ts";

export interface ConfigFilesArgs {
  readonly namespace: pulumi.Input<string>;
  readonly identity: Identity;
  /** Text by file name. */
  readonly data: Readonly<Record<string, string>>;
}

/** Declares the ConfigMap `<name>-<hash>` and returns its name. */
export function configFiles(
  name: string,
  { namespace, identity, data }: ConfigFilesArgs,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const fixed = contentName(name, data);
  const metadata = objectMetadata({ name: fixed, namespace, labels: labels(identity) });
  return new kubernetes.core.v1.ConfigMap(fixed, { metadata, immutable: true, data }, options).metadata.name;
}
