/** A PostgreSQL server of the instance's own: one pod with a volume. */
import type * as pulumi from "@pulumi/pulumi";
import { declareServer } from "../kubernetes/declare/stateful-server.ts";
import type { Identity } from "../kubernetes/labels.ts";
import { type Resources, scratchMount, secretMount } from "../kubernetes/pod.ts";
import { exec, probes } from "../kubernetes/probes.ts";
import { credentialsSecret } from "../site/credentials-secret.ts";
import type { SecretReference } from "../site/endpoints.ts";
import { Purpose } from "../site/purposes.ts";
import { sizes } from "../site/sizes.ts";
import { type KindArgs, postgresPort, type ServedDatabases } from "./kind.ts";

export interface InClusterPostgres {
  readonly kind: "in-cluster";
  /** Image with the contract of the official one (POSTGRES_PASSWORD_FILE, PGDATA). PostgreSQL 15 or newer. */
  readonly image: string;
  /** Size of the data volume. @default 10Gi */
  readonly storage?: string;
  /** StorageClass of the volume when it is made; one that exists keeps its own. @default the cluster's own */
  readonly storageClass?: string | undefined;
  /** Connections that the server takes (max_connections). @default 100, PostgreSQL's own */
  readonly maxConnections?: number;
  /** @default 100m to 1 processor, 256Mi to 512Mi */
  readonly resources?: Resources;
  /** Name of a PriorityClass of the cluster. @default the cluster's own */
  readonly priorityClass?: string | undefined;
}

export function declareInClusterPostgres(
  name: string,
  { server, namespace, identity, credentials, protection, pods }: KindArgs<InClusterPostgres>,
  options: pulumi.CustomResourceOptions,
): ServedDatabases {
  const before = credentials.derivePrevious(Purpose.DatabaseAdministrator);
  const { password, previous } = credentialsSecret(
    `${name}-administrator`,
    {
      namespace,
      identity,
      credentials,
      data: {
        password: credentials.derive(Purpose.DatabaseAdministrator),
        ...(before !== undefined && { previous: before }),
      },
    },
    options,
  );
  const { host, access } = declareServer(
    name,
    {
      namespace,
      pod: { ...postgresPod(identity, server, password), settings: pods },
      port: postgresPort,
      dataPath: "/var/lib/postgresql/data",
      storage: server.storage ?? sizes.database.storage,
      storageClass: server.storageClass,
      protection,
    },
    options,
  );
  const administrator = { user: "postgres", password, previousPassword: previous };
  return { server: { host, port: postgresPort, sslMode: "disable", administrator }, access };
}

function postgresPod(identity: Identity, server: InClusterPostgres, password: SecretReference) {
  return {
    identity,
    image: server.image,
    args: ["postgres", "-c", `max_connections=${server.maxConnections ?? sizes.database.maxConnections}`],
    environment: [
      { name: "POSTGRES_PASSWORD_FILE", value: `/run/secrets/administrator/${password.key}` },
      // A folder below the mount: the root of a volume may hold lost+found, which initdb refuses.
      { name: "PGDATA", value: "/var/lib/postgresql/data/pgdata" },
      { name: "POSTGRES_INITDB_ARGS", value: "--encoding=UTF8 --data-checksums" },
    ],
    // Over TCP: while the image initialises a new cluster, its server listens on a socket only.
    probes: probes({
      ready: exec("pg_isready", "--host=127.0.0.1", "--username=postgres"),
      // 1 is an answer too: a server that recovers after a crash refuses, and would begin again after a restart.
      alive: exec("sh", "-c", "pg_isready --host=127.0.0.1 --username=postgres || [ $? = 1 ]"),
    }),
    resources: server.resources ?? sizes.database.resources,
    priorityClass: server.priorityClass,
    mounts: [
      secretMount("administrator", "/run/secrets/administrator", password.secretName),
      scratchMount("run", "/var/run/postgresql"),
      { name: "shared-memory", path: "/dev/shm", source: { emptyDir: { medium: "Memory", sizeLimit: "128Mi" } } },
    ],
    // A fast shutdown writes a checkpoint; cut short, the next start has to replay the log.
    terminationGracePeriodSeconds: 120,
  };
}
