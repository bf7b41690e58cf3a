/** A database index on an existing Redis or Valkey. */
import type * as pulumi from "@pulumi/pulumi";
import { toNetworks } from "../kubernetes/network.ts";
import { credentialsSecret } from "../site/credentials-secret.ts";
import type { QueueEndpoint } from "../site/endpoints.ts";
import type { SecretPartArgs } from "../site/part.ts";
import type { ExternalRedis } from "./settings.ts";

export function declareExternal(
  name: string,
  { namespace, instance, credentials }: SecretPartArgs,
  { host, port, index, tls, user, password, networks }: ExternalRedis,
  options: pulumi.CustomResourceOptions,
): QueueEndpoint {
  const identity = { instance, component: "queue", software: "redis", version: undefined } as const;
  const secret = credentialsSecret<Record<"password", pulumi.Input<string>> & Partial<Record<"user", string>>>(
    `${name}-credentials`,
    // The user name is in the Secret as well: KEDA reads it from nowhere else.
    { namespace, identity, credentials, data: { password, ...(user !== undefined && { user }) } },
    options,
  );
  const as = user !== undefined && secret.user !== undefined && { user: { name: user, reference: secret.user } };
  return { host, port, index, tls, ...as, password: secret.password, access: toNetworks(networks, port) };
}
