/** The job queue and cache of one instance: its own Redis or Valkey, or an index of one that exists. */
import * as pulumi from "@pulumi/pulumi";
import { declareServer } from "../kubernetes/declare/stateful-server.ts";
import { Protection } from "../kubernetes/durability.ts";
import { type Identity, imageVersion } from "../kubernetes/labels.ts";
import { toNetworks } from "../kubernetes/network.ts";
import { type PodSettings, type Resources, secretMount } from "../kubernetes/pod.ts";
import { exec, probes, tcp } from "../kubernetes/probes.ts";
import type { Credentials } from "../site/credentials.ts";
import { credentialsSecret } from "../site/credentials-secret.ts";
import type { QueueEndpoint, QueueTls } from "../site/endpoints.ts";
import { Purpose } from "../site/purposes.ts";
import { sizes } from "../site/sizes.ts";

/** Where the queue lives. */
export type RedisServerArgs = InClusterRedis | ExternalRedis;

/** A server of this instance's own: one pod with a volume, every change on disk within a second. */
export interface InClusterRedis {
  readonly kind: "in-cluster";
  /** Redis 7 or Valkey: an image that passes arguments on to the server. */
  readonly image: string;
  /** Size of the volume. @default 1Gi */
  readonly storage?: string;
  /** StorageClass of the volume when it is made; one that exists keeps its own. @default the cluster's own */
  readonly storageClass?: string | undefined;
  /** @default 50m to 500m processor, 64Mi to 256Mi */
  readonly resources?: Resources;
  /** Name of a PriorityClass of the cluster. @default the cluster's own */
  readonly priorityClass?: string | undefined;
}

/** A server that exists. Instances that share it need an index each. */
export interface ExternalRedis {
  readonly kind: "external";
  readonly host: pulumi.Input<string>;
  /** @default 6379 */
  readonly port?: number;
  /** Database index. @default 0 */
  readonly index?: number;
  /**
   * Whether clients speak TLS, and whether the certificate has to carry the host's name; authorities are the site's `caBundle`, or the
   * image's. @default disable
   */
  readonly tls?: QueueTls | undefined;
  /** The ACL user; it calls INFO, CLIENT LIST and KEYS besides what works with keys. @default the server's default user */
  readonly user?: string | undefined;
  /** Only [A-Za-z0-9._~-]: it becomes part of a URL, and CKAN's configuration reader cannot take a % there. */
  readonly password: pulumi.Input<string>;
  /** IPv4 networks that hold the server, for the network policies. @default 0.0.0.0/0 */
  readonly networks?: readonly string[];
}

export interface RedisQueueArgs {
  readonly namespace: pulumi.Input<string>;
  readonly credentials: Credentials;
  readonly server: RedisServerArgs;
  /** Namespaces from which autoscalers ask how many jobs wait. @default none */
  readonly autoscalers?: readonly string[] | undefined;
  /** What a destroy leaves. @default protected */
  readonly protection?: Protection;
  /** What is the same for every pod of the instance. @default a fixed user, images that anybody may pull */
  readonly pods?: PodSettings | undefined;
}

const serverPort = 6379;

/** The clients of Redis and of Valkey both take the password from this variable. */
const ping = `REDISCLI_AUTH=$(cat /run/secrets/redis/password) && export REDISCLI_AUTH
[ "$(redis-cli ping 2>/dev/null || valkey-cli ping)" = PONG ]`;

export class RedisQueue extends pulumi.ComponentResource {
  readonly endpoint: QueueEndpoint;

  constructor(name: string, args: RedisQueueArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ckan:index:RedisQueue", name, {}, opts);
    const { server } = args;
    switch (server.kind) {
      case "in-cluster":
        this.endpoint = this.inCluster(name, args, server);
        break;
      case "external":
        this.endpoint = this.external(name, args, server);
        break;
    }
    this.registerOutputs();
  }

  private inCluster(name: string, args: RedisQueueArgs, server: InClusterRedis): QueueEndpoint {
    const identity = identityOf(args, imageVersion(server.image));
    const password = args.credentials.derive(Purpose.Queue);
    const { credentials, namespace } = args;
    const secret = credentialsSecret(
      `${name}-credentials`,
      {
        namespace,
        identity,
        credentials,
        data: { password, "users.acl": password.map(aclFile) },
      },
      { parent: this },
    );
    const { host, access } = declareServer(
      name,
      {
        namespace,
        pod: {
          identity,
          image: server.image,
          // The password comes in a file: on the command line everybody on the node could read it.
          args: ["--aclfile", "/run/secrets/redis/users.acl", "--dir", "/data", "--appendonly", "yes"],
          probes: probes({
            // While Redis reads its file after a start, it takes connections but answers LOADING.
            ready: exec("sh", "-c", ping),
            alive: tcp(serverPort),
            periodSeconds: 10,
          }),
          resources: server.resources ?? sizes.queue.resources,
          priorityClass: server.priorityClass,
          settings: args.pods,
          mounts: [secretMount("credentials", "/run/secrets/redis", secret.password.secretName)],
        },
        port: serverPort,
        dataPath: "/data",
        storage: server.storage ?? sizes.queue.storage,
        storageClass: server.storageClass,
        protection: args.protection ?? Protection.Protected,
        namespaces: args.autoscalers,
      },
      { parent: this },
    );
    return { host, port: serverPort, index: 0, password: secret.password, access };
  }

  private external(name: string, args: RedisQueueArgs, server: ExternalRedis): QueueEndpoint {
    const { host, port = serverPort, index = 0, networks = ["0.0.0.0/0"], password, tls, user } = server;
    const { credentials, namespace } = args;
    const secret = credentialsSecret<Record<"password", pulumi.Input<string>> & Partial<Record<"user", string>>>(
      `${name}-credentials`,
      // The user's name as well: KEDA takes it from nowhere else.
      { namespace, identity: identityOf(args), credentials, data: { password, ...(user !== undefined && { user }) } },
      { parent: this },
    );
    const as = user !== undefined && secret.user !== undefined && { user: { name: user, reference: secret.user } };
    const secured = tls !== undefined && { tls };
    return { host, port, index, ...secured, ...as, password: secret.password, access: toNetworks(networks, port) };
  }
}

/**
 * One user, who works with keys and cannot change, stop, empty or listen to the server. Of what Redis itself calls dangerous or
 * administrative it has what CKAN's programs call: RQ asks for INFO and CLIENT LIST, ckanext-harvest for KEYS.
 */
function aclFile(password: string): string {
  return `user default on >${password} ~* &* +@all -@admin -@dangerous +info +client|list +keys\n`;
}

function identityOf(args: RedisQueueArgs, version?: string): Identity {
  return { instance: args.credentials.instance, component: "queue", software: "redis", version };
}
