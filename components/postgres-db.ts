/** The databases of one instance: its own PostgreSQL server, or databases on one that exists. */
import * as pulumi from "@pulumi/pulumi";
import { Purpose } from "../ckan/credentials.ts";
import { databaseNames } from "../ckan/database-names.ts";
import type { Access, DatabaseEndpoint, DatabaseEndpoints, DatabaseServer, SecretReference } from "./contracts.ts";
import type { Credential, Credentials } from "./credentials.ts";
import { Protection } from "./durability.ts";
import { type Identity, imageVersion } from "./manifests/labels.ts";
import { type PodSettings, type Resources, scratchMount, secretMount } from "./manifests/pod.ts";
import { exec, probes } from "./manifests/probes.ts";
import { credentialsSecret } from "./secret.ts";
import { declareServer } from "./server.ts";
import { sizes } from "./sizes.ts";

/** Where the databases live. */
export type PostgresServerArgs = InClusterPostgres | ExternalPostgres;

/** A server of this instance's own: one pod with a volume. */
export interface InClusterPostgres {
  readonly kind: "in-cluster";
  /** Image with the contract of the official one (POSTGRES_PASSWORD_FILE, PGDATA). PostgreSQL 15 or newer. */
  readonly image: string;
  /** Size of the data volume. @default 10Gi */
  readonly storage?: string;
  /** @default 100m to 1 processor, 256Mi to 512Mi */
  readonly resources?: Resources;
  /** Name of a PriorityClass of the cluster. @default the cluster's own */
  readonly priorityClass?: string | undefined;
}

/** A server that exists. The bootstrap makes roles and databases on it. PostgreSQL 15 or newer. */
export interface ExternalPostgres {
  readonly kind: "external";
  readonly host: pulumi.Input<string>;
  /** @default 5432 */
  readonly port?: number;
  /** libpq's sslmode. @default require */
  readonly sslMode?: DatabaseServer["sslMode"];
  /** A role with CREATEROLE and CREATEDB. Only the bootstrap ever gets its password. */
  readonly administrator: { readonly user: string; readonly password: pulumi.Input<string> };
  /** IPv4 networks that hold the server, for the network policies. @default 0.0.0.0/0 */
  readonly networks?: readonly string[];
}

export interface PostgresDbArgs {
  readonly namespace: pulumi.Input<string>;
  readonly credentials: Credentials;
  readonly server: PostgresServerArgs;
  /** What a destroy leaves. @default protected */
  readonly protection?: Protection;
  /** What is the same for every pod of the instance. @default a fixed user, images that anybody may pull */
  readonly pods?: PodSettings | undefined;
}

const serverPort = 5432;

export class PostgresDb extends pulumi.ComponentResource {
  /** Main database, datastore, and the datastore for readers. */
  readonly endpoints: DatabaseEndpoints;

  constructor(name: string, args: PostgresDbArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ckan:index:PostgresDb", name, { ...args, server: concealPostgres(args.server) }, opts);
    const { credentials, namespace, server } = args;
    const identity: Identity = {
      instance: credentials.instance,
      component: "database",
      software: "postgresql",
      ...(server.kind === "in-cluster" && { version: imageVersion(server.image) }),
    };
    const shared = { namespace, identity, credentials };

    const administrator = credentialsSecret(
      `${name}-administrator`,
      { ...shared, data: administratorPasswords(server, credentials) },
      { parent: this },
    );
    const roles = credentialsSecret(
      `${name}-roles`,
      {
        ...shared,
        data: { owner: credentials.derive(Purpose.Database), reader: credentials.derive(Purpose.DatastoreReader) },
      },
      { parent: this },
    );
    this.endpoints = endpointsOf(
      databaseNames(credentials.instance),
      this.server(name, args, identity, administrator),
      roles,
    );
    this.registerOutputs();
  }

  private server(
    name: string,
    args: PostgresDbArgs,
    identity: Identity,
    { password, previous }: AdministratorPasswords<SecretReference>,
  ): ServerWithAccess {
    const { server } = args;
    switch (server.kind) {
      case "in-cluster": {
        const { host, access } = declareServer(
          name,
          {
            namespace: args.namespace,
            pod: { ...postgresPod(identity, server, password), settings: args.pods },
            port: serverPort,
            dataPath: "/var/lib/postgresql/data",
            storage: server.storage ?? sizes.database.storage,
            protection: args.protection ?? Protection.Protected,
          },
          { parent: this },
        );
        const administrator = { user: "postgres", password, previousPassword: previous };
        return { host, port: serverPort, sslMode: "disable", administrator, access };
      }
      case "external": {
        const { host, port = serverPort, sslMode = "require", networks = ["0.0.0.0/0"] } = server;
        const access: Access = { clientLabels: {}, destination: { kind: "networks", networks, port } };
        return {
          host,
          port,
          sslMode,
          administrator: { user: server.administrator.user, password },
          access,
        };
      }
    }
  }
}

/** The server as it may be written to the state: its password a secret, however it was given. */
export function concealPostgres(server: PostgresServerArgs): PostgresServerArgs {
  if (server.kind !== "external") return server;
  const { user, password } = server.administrator;
  return { ...server, administrator: { user, password: pulumi.secret(password) } };
}

interface ServerWithAccess extends DatabaseServer {
  readonly access: Access;
}

interface AdministratorPasswords<Value> {
  readonly password: Value;
  /** Absent until the first rotation. */
  readonly previous?: Value;
}

function administratorPasswords(
  server: PostgresServerArgs,
  credentials: Credentials,
): AdministratorPasswords<Credential | pulumi.Input<string>> {
  if (server.kind === "external") return { password: server.administrator.password };
  const previous = credentials.derivePrevious(Purpose.DatabaseAdministrator);
  return {
    password: credentials.derive(Purpose.DatabaseAdministrator),
    ...(previous !== undefined && { previous }),
  };
}

function endpointsOf(
  names: ReturnType<typeof databaseNames>,
  { access, ...server }: ServerWithAccess,
  roles: Readonly<Record<"owner" | "reader", SecretReference>>,
): DatabaseEndpoints {
  const { host, port, sslMode } = server;
  const endpoint = (database: string, user: string, password: SecretReference): DatabaseEndpoint => ({
    host,
    port,
    sslMode,
    database,
    user,
    password,
  });
  return {
    server,
    main: endpoint(names.main, names.main, roles.owner),
    datastore: endpoint(names.datastore, names.main, roles.owner),
    datastoreReader: endpoint(names.datastore, names.datastoreReader, roles.reader),
    access,
  };
}

function postgresPod(identity: Identity, server: InClusterPostgres, password: SecretReference) {
  return {
    identity,
    image: server.image,
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
