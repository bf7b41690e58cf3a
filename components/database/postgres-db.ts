/** The databases of one instance: its own PostgreSQL server, or databases on one that exists. */
import * as pulumi from "@pulumi/pulumi";
import { Protection } from "../kubernetes/durability.ts";
import { type Identity, imageVersion } from "../kubernetes/labels.ts";
import type { PodSettings } from "../kubernetes/pod.ts";
import type { Credentials } from "../site/credentials.ts";
import { credentialsSecret } from "../site/credentials-secret.ts";
import type { DatabaseEndpoint, DatabaseEndpoints, SecretReference } from "../site/endpoints.ts";
import { Purpose } from "../site/purposes.ts";
import { type CloudNativePostgres, declareCloudNativePostgres } from "./cloud-native-pg.ts";
import { type CloudSqlPostgres, declareCloudSql } from "./cloud-sql.ts";
import { declareExternalPostgres, type ExternalPostgres } from "./external.ts";
import { declareInClusterPostgres, type InClusterPostgres } from "./in-cluster.ts";
import type { KindArgs, ServedDatabases } from "./kind.ts";
import { databaseNames } from "./names.ts";

/** Where the databases live. */
export type PostgresServerArgs = InClusterPostgres | CloudNativePostgres | CloudSqlPostgres | ExternalPostgres;

export interface PostgresDbArgs {
  readonly namespace: pulumi.Input<string>;
  readonly credentials: Credentials;
  readonly server: PostgresServerArgs;
  /** What a destroy leaves. @default protected */
  readonly protection?: Protection;
  /** Connections that the site opens at most; a server of Cloud SQL is told to take them. @default what the server takes by itself */
  readonly connections?: number | undefined;
  /** Certificates (PEM), by which Pulumi too knows a server with `verify-full`. @default none */
  readonly caBundle?: string | undefined;
  /** What is the same for every pod of the instance. @default a fixed user, images that anybody may pull */
  readonly pods?: PodSettings | undefined;
}

export class PostgresDb extends pulumi.ComponentResource {
  /** Main database, datastore, and the datastore for readers. */
  readonly endpoints: DatabaseEndpoints;

  constructor(name: string, args: PostgresDbArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ckan:index:PostgresDb", name, {}, opts);
    const { credentials, namespace, server, connections, caBundle, pods, protection = Protection.Protected } = args;
    const { instance } = credentials;
    const version = "image" in server ? imageVersion(server.image) : undefined;
    const identity: Identity = { instance, component: "database", software: "postgresql", version };
    const roles = { owner: credentials.derive(Purpose.Database), reader: credentials.derive(Purpose.DatastoreReader) };
    const names = databaseNames(instance);

    const passwords = credentialsSecret(
      `${name}-roles`,
      { namespace, identity, credentials, data: roles },
      { parent: this },
    );
    const kind = { server, namespace, identity, credentials, names, roles, protection, connections, caBundle, pods };
    this.endpoints = endpoints(declareServed(name, kind, { parent: this }), names, passwords);
    this.registerOutputs();
  }
}

function declareServed(
  name: string,
  args: KindArgs<PostgresServerArgs>,
  options: pulumi.CustomResourceOptions,
): ServedDatabases {
  const { server } = args;
  switch (server.kind) {
    case "in-cluster":
      return declareInClusterPostgres(name, { ...args, server }, options);
    case "cloud-native-pg":
      return declareCloudNativePostgres(name, { ...args, server }, options);
    case "cloud-sql":
      return declareCloudSql(name, { ...args, server }, options);
    case "external":
      return declareExternalPostgres(name, { ...args, server }, options);
  }
}

function endpoints(
  { server, host = server.host, access }: ServedDatabases,
  names: ReturnType<typeof databaseNames>,
  passwords: Readonly<Record<"owner" | "reader", SecretReference>>,
): DatabaseEndpoints {
  const { port, sslMode } = server;
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
    main: endpoint(names.main, names.main, passwords.owner),
    datastore: endpoint(names.datastore, names.main, passwords.owner),
    datastoreReader: endpoint(names.datastore, names.datastoreReader, passwords.reader),
    access,
  };
}
