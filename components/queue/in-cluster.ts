/** A Redis or Valkey of the site's own: one pod with a volume. */
import type * as pulumi from "@pulumi/pulumi";
import { declareServer } from "../kubernetes/declare/stateful-server.ts";
import { Protection } from "../kubernetes/durability.ts";
import { type Identity, imageVersion } from "../kubernetes/labels.ts";
import { secretMount } from "../kubernetes/pod.ts";
import { exec, probes, tcp } from "../kubernetes/probes.ts";
import { credentialsSecret } from "../site/credentials-secret.ts";
import type { QueueEndpoint } from "../site/endpoints.ts";
import { Purpose } from "../site/purposes.ts";
import type { RedisQueueArgs } from "./redis-queue.ts";
import { type InClusterRedis, redisPort } from "./settings.ts";

/** The clients of both Redis and Valkey read the password from this variable. */
const ping = `REDISCLI_AUTH=$(cat /run/secrets/redis/password) && export REDISCLI_AUTH
[ "$(redis-cli ping 2>/dev/null || valkey-cli ping)" = PONG ]`;

export function declareInCluster(
  name: string,
  { namespace, instance, credentials, protection = Protection.Protected, pods, autoscalers }: RedisQueueArgs,
  { image, storage, storageClass, resources, priorityClass }: InClusterRedis,
  options: pulumi.CustomResourceOptions,
): QueueEndpoint {
  const identity: Identity = { instance, component: "queue", software: "redis", version: imageVersion(image) };
  const password = credentials.derive(Purpose.Queue);
  const secret = credentialsSecret(
    `${name}-credentials`,
    { namespace, identity, credentials, data: { password, "users.acl": password.map(aclFile) } },
    options,
  );
  const { host, access } = declareServer(
    name,
    {
      namespace,
      pod: {
        identity,
        image,
        // The password comes from a file: on the command line everybody on the node could read it.
        args: ["--aclfile", "/run/secrets/redis/users.acl", "--dir", "/data", "--appendonly", "yes"],
        probes: probes({
          // While Redis loads its data after a start, it accepts connections but answers LOADING.
          ready: exec("sh", "-c", ping),
          alive: tcp(redisPort),
          periodSeconds: 10,
        }),
        resources,
        priorityClass,
        settings: pods,
        mounts: [secretMount("credentials", "/run/secrets/redis", secret.password.secretName)],
      },
      port: redisPort,
      dataPath: "/data",
      storage,
      storageClass,
      protection,
      namespaces: autoscalers,
    },
    options,
  );
  return { host, port: redisPort, index: 0, password: secret.password, access };
}

/**
 * One user, who may work with keys but not reconfigure, stop, flush or monitor the server. Of the commands that Redis classes as
 * dangerous or administrative, it may use those that CKAN's programs call: RQ calls INFO and CLIENT LIST, ckanext-harvest KEYS.
 */
function aclFile(password: string): string {
  return `user default on >${password} ~* &* +@all -@admin -@dangerous +info +client|list +keys\n`;
}
