/** A Secret whose name changes with its content, so that pods move to new credentials one by one. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Identity, labels } from "../kubernetes/labels.ts";
import { objectMetadata } from "../kubernetes/metadata.ts";
import { Credential, type Credentials } from "./credentials.ts";
import type { SecretReference } from "./endpoints.ts";

export interface CredentialsSecretArgs<Data> {
  readonly namespace: pulumi.Input<string>;
  readonly identity: Identity;
  readonly credentials: Credentials;
  /** Text by key. */
  readonly data: Data;
  /** Type of the Secret. @default Opaque */
  readonly type?: string;
}

type Value = Credential | pulumi.Input<string>;

/**
 * Declares the Secret `<name>-<fingerprint>`, a new resource for each content (why: kubernetes/names.ts), and returns references
 * to its keys. An output is known too late for a name: then Pulumi names the Secret, and its random names never recur either.
 */
export function credentialsSecret<Data extends { readonly [Key in keyof Data]: Value }>(
  name: string,
  args: CredentialsSecretArgs<Data>,
  options: pulumi.CustomResourceOptions,
): { readonly [Key in keyof Data]: SecretReference } {
  const entries = Object.entries<Value>(args.data).map(([key, value]) => [key, known(value)] as const);
  const values = entries.map(([, value]) => value);
  const fixed = values.every((value) => value instanceof Credential)
    ? `${name}-${args.credentials.fingerprint(values)}`
    : undefined;
  const secret = new kubernetes.core.v1.Secret(
    fixed ?? name,
    {
      metadata: objectMetadata({
        ...(fixed !== undefined && { name: fixed }),
        namespace: args.namespace,
        labels: labels(args.identity),
      }),
      immutable: true,
      ...(args.type !== undefined && { type: args.type }),
      data: Object.fromEntries(entries.map(([key, value]) => [key, encoded(value)])),
    },
    options,
  );
  const references = entries.map(([key]) => [key, { secretName: secret.metadata.name, key }]);
  return Object.fromEntries(references);
}

function known(value: Value): Value {
  return typeof value === "string" ? new Credential(value) : value;
}

function encoded(value: Value): pulumi.Output<string> {
  const text = value instanceof Credential ? value.secret : pulumi.secret(value);
  return text.apply((plain) => Buffer.from(plain).toString("base64"));
}
