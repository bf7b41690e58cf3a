/** The databases of one instance: on a PostgreSQL server of its own, or on an existing one. */
import * as pulumi from "@pulumi/pulumi";
import { checked } from "../../config/arguments.ts";
import { Protection } from "../kubernetes/durability.ts";
import { type Identity, imageVersion } from "../kubernetes/labels.ts";
import { credentialsSecret } from "../site/credentials-secret.ts";
import type { DatabaseEndpoint, DatabaseEndpoints, SecretReference } from "../site/endpoints.ts";
import { Purpose } from "../site/purposes.ts";
import { declareCloudNativePg } from "./cloud-native-pg.ts";
import { declareCloudSql } from "./cloud-sql.ts";
import { declareExternal } from "./external.ts";
import { declareInCluster } from "./in-cluster.ts";
import type { DatabasePartArgs, KindArgs, ServedDatabases } from "./kind.ts";
import { databaseNames } from "./names.ts";
import { type DatabaseArgs, type DatabaseSettings, databaseSettings } from "./settings.ts";

export interface PostgresDbArgs extends DatabasePartArgs {
  /** Server that holds the databases. */
  readonly server: DatabaseArgs;
}

export class PostgresDb extends pulumi.ComponentResource {
  /** Main database, datastore, and the datastore for read-only access. */
  readonly endpoints: DatabaseEndpoints;

  constructor(name: string, args: PostgresDbArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const { server, protection = Protection.Protected, ...part } = args;
    const settings = checked(databaseSettings, server, `${name}.server`);
    super("ckan:index:PostgresDb", name, {}, opts);
    const { namespace, instance, credentials } = part;
    const version = "image" in settings ? imageVersion(settings.image) : undefined;
    const identity: Identity = { instance, component: "database", software: "postgresql", version };
    const roles = { owner: credentials.derive(Purpose.Database), reader: credentials.derive(Purpose.DatastoreReader) };
    const names = databaseNames(credentials.instance);

    const passwords = credentialsSecret(
      `${name}-roles`,
      { namespace, identity, credentials, data: roles },
      { parent: this },
    );
    const served = declare(name, { ...part, protection, identity, names, roles }, settings, { parent: this });
    this.endpoints = endpoints(served, names, passwords);
    this.registerOutputs();
  }
}

function declare(
  name: string,
  args: KindArgs,
  settings: DatabaseSettings,
  options: pulumi.CustomResourceOptions,
): ServedDatabases {
  switch (settings.kind) {
    case "in-cluster":
      return declareInCluster(name, args, settings, options);
    case "cloud-native-pg":
      return declareCloudNativePg(name, args, settings, options);
    case "cloud-sql":
      return declareCloudSql(name, args, settings, options);
    case "external":
      return declareExternal(name, args, settings, options);
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
