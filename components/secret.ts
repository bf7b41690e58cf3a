/** A Secret whose name changes with its content, so that pods move to new credentials one by one. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { SecretReference } from "./contracts.ts";
import type { Credentials } from "./credentials.ts";
import { type Identity, labels } from "./manifests/labels.ts";

export interface CredentialsSecretArgs<Key extends string> {
  readonly namespace: pulumi.Input<string>;
  readonly identity: Identity;
  readonly credentials: Credentials;
  readonly data: Readonly<Record<Key, pulumi.Input<string>>>;
}

/** Declares the Secret `<name>-<fingerprint>` and returns a reference to each of its keys. */
export function credentialsSecret<Key extends string>(
  name: string,
  args: CredentialsSecretArgs<Key>,
  options: pulumi.CustomResourceOptions,
): Readonly<Record<Key, SecretReference>> {
  const keys = Object.keys(args.data) as Key[];
  const values = keys.map((key) => pulumi.secret(args.data[key]));
  const fingerprint = args.credentials.fingerprint(values);
  const encoded = values.map((value) => value.apply((text) => Buffer.from(text).toString("base64")));
  const secret = new kubernetes.core.v1.Secret(
    name,
    {
      metadata: {
        name: pulumi.interpolate`${name}-${fingerprint}`,
        namespace: args.namespace,
        labels: labels(args.identity),
      },
      immutable: true,
      data: Object.fromEntries(keys.map((key, position) => [key, encoded[position] ?? ""])),
    },
    options,
  );
  const reference = (key: Key): [Key, SecretReference] => [key, { secretName: secret.metadata.name, key }];
  return Object.fromEntries(keys.map(reference)) as Record<Key, SecretReference>;
}
