/** A Secret whose name changes with its content, so that pods move to new credentials one by one. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { SecretReference } from "./contracts.ts";
import type { Credentials } from "./credentials.ts";
import { type Identity, labels } from "./manifests/labels.ts";

export interface CredentialsSecretArgs<Data> {
  readonly namespace: pulumi.Input<string>;
  readonly identity: Identity;
  readonly credentials: Credentials;
  /** Text by key. */
  readonly data: Data;
}

/** Declares the Secret `<name>-<fingerprint>` and returns a reference to each of its keys. */
export function credentialsSecret<Data extends object>(
  name: string,
  args: CredentialsSecretArgs<Data>,
  options: pulumi.CustomResourceOptions,
): { readonly [Key in keyof Data]: SecretReference } {
  const entries: readonly [string, pulumi.Input<string>][] = Object.entries(args.data);
  const values = entries.map(([key, value]) => [key, pulumi.secret(value)] as const);
  const fingerprint = args.credentials.fingerprint(values.map(([, value]) => value));
  const encode = (value: pulumi.Output<string>) => value.apply((text) => Buffer.from(text).toString("base64"));
  const secret = new kubernetes.core.v1.Secret(
    name,
    {
      metadata: {
        name: pulumi.interpolate`${name}-${fingerprint}`,
        namespace: args.namespace,
        labels: labels(args.identity),
      },
      immutable: true,
      data: Object.fromEntries(values.map(([key, value]) => [key, encode(value)])),
    },
    options,
  );
  const references = entries.map(([key]) => [key, { secretName: secret.metadata.name, key }]);
  return Object.fromEntries(references);
}
