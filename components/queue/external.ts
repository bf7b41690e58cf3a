/** An index of a Redis or Valkey that exists. */
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
    // The user's name as well: KEDA takes it from nowhere else.
    { namespace, identity, credentials, data: { password, ...(user !== undefined && { user }) } },
    options,
  );
  const as = user !== undefined && secret.user !== undefined && { user: { name: user, reference: secret.user } };
  return { host, port, index, tls, ...as, password: secret.password, access: toNetworks(networks, port) };
}
