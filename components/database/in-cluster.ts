/** A PostgreSQL server of the site's own: one pod with a volume. */
import type * as pulumi from "@pulumi/pulumi";
import { declareServer } from "../kubernetes/declare/stateful-server.ts";
import type { Identity } from "../kubernetes/labels.ts";
import { scratchMount, secretMount } from "../kubernetes/pod.ts";
import { exec, probes } from "../kubernetes/probes.ts";
import { credentialsSecret } from "../site/credentials-secret.ts";
import type { SecretReference } from "../site/endpoints.ts";
import { Purpose } from "../site/purposes.ts";
import type { KindArgs, ServedDatabases } from "./kind.ts";
import { type InClusterPostgres, postgresPort } from "./settings.ts";

export function declareInCluster(
  name: string,
  { namespace, identity, credentials, protection, pods }: KindArgs,
  settings: InClusterPostgres,
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
      pod: { ...postgresPod(identity, settings, password), settings: pods },
      port: postgresPort,
      dataPath: "/var/lib/postgresql/data",
      storage: settings.storage,
      storageClass: settings.storageClass,
      protection,
    },
    options,
  );
  const administrator = { user: "postgres", password, previousPassword: previous };
  return { server: { host, port: postgresPort, sslMode: "disable", administrator }, access };
}

function postgresPod(
  identity: Identity,
  { image, maxConnections, resources, priorityClass }: InClusterPostgres,
  password: SecretReference,
) {
  return {
    identity,
    image,
    args: ["postgres", "-c", `max_connections=${maxConnections}`],
    environment: [
      { name: "POSTGRES_PASSWORD_FILE", value: `/run/secrets/administrator/${password.key}` },
      // A subfolder of the mount: the root of a volume may contain lost+found, which initdb refuses.
      { name: "PGDATA", value: "/var/lib/postgresql/data/pgdata" },
      { name: "POSTGRES_INITDB_ARGS", value: "--encoding=UTF8 --data-checksums" },
    ],
    // Over TCP: while the image initialises a new cluster, the server listens on a socket only.
    probes: probes({
      ready: exec("pg_isready", "--host=127.0.0.1", "--username=postgres"),
      // Exit code 1 counts as alive: a server in crash recovery refuses connections, and a restart would begin the recovery again.
      alive: exec("sh", "-c", "pg_isready --host=127.0.0.1 --username=postgres || [ $? = 1 ]"),
    }),
    resources,
    priorityClass,
    mounts: [
      secretMount("administrator", "/run/secrets/administrator", password.secretName),
      scratchMount("run", "/var/run/postgresql"),
      { name: "shared-memory", path: "/dev/shm", source: { emptyDir: { medium: "Memory", sizeLimit: "128Mi" } } },
    ],
    // A fast shutdown writes a checkpoint. If it is cut short, the next start has to replay the log.
    terminationGracePeriodSeconds: 120,
  };
}
