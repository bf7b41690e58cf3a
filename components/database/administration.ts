/** Roles, databases and grants of one instance on a server that may be shared. */
import * as pulumi from "@pulumi/pulumi";
import { durable } from "../kubernetes/durability.ts";
import { postgresql } from "../sdk.ts";
import type { Credential } from "../site/credentials.ts";
import { credentialsSecret } from "../site/credentials-secret.ts";
import type { DatabaseServer } from "../site/endpoints.ts";
import { Administration } from "./administration-settings.ts";
import { authorityFile } from "./authority-file.ts";
import type { KindArgs } from "./kind.ts";

interface AdministeredServer extends Pick<DatabaseServer, "host" | "port" | "sslMode"> {
  readonly administration: Administration;
  readonly administrator: {
    readonly user: pulumi.Input<string>;
    readonly password: Credential | pulumi.Input<string>;
  };
  /** How the machine that runs Pulumi reaches the server. @default as pods do */
  readonly outside?: Pick<DatabaseServer, "host" | "sslMode">;
}

/** Creates roles and databases, either from Pulumi or in the bootstrap Job. */
export function administer(
  name: string,
  args: KindArgs,
  server: AdministeredServer,
  options: pulumi.CustomResourceOptions,
): DatabaseServer {
  const { namespace, identity, credentials } = args;
  const { host, port, sslMode, administrator } = server;
  const { user, password } = administrator;
  switch (server.administration) {
    case Administration.Cluster: {
      const secret = credentialsSecret(
        `${name}-administrator`,
        { namespace, identity, credentials, data: { password } },
        options,
      );
      return { host, port, sslMode, administrator: { user, password: secret.password } };
    }
    case Administration.Pulumi:
      declareDatabases(name, args, server, options);
      return { host, port, sslMode };
  }
}

/**
 * These are the first grants of CKAN's `datastore set-permissions`. The rest (a view, a trigger function) is specific to CKAN; the
 * bootstrap adds it as the owner of the databases.
 */
function declareDatabases(
  name: string,
  { names, roles, protection, caBundle }: KindArgs,
  server: AdministeredServer,
  options: pulumi.CustomResourceOptions,
): void {
  const administrator = server.administrator.user;
  const sdk = postgresql();
  const reached = connection(name, server, caBundle);
  const login = { username: administrator, password: administratorPassword(server) };
  const provider = new sdk.Provider(`${name}-server`, { ...reached, ...login }, options);
  const holding = { ...options, provider, ...durable(protection) };

  const role = (part: string, user: string, password: Credential) =>
    new sdk.Role(`${name}-${part}`, { name: user, login: true, password: password.secret }, holding);
  const owner = role("owner", names.main, roles.owner);
  const reader = role("reader", names.datastoreReader, roles.reader);

  const database = (part: string, databaseName: string) =>
    new sdk.Database(
      `${name}-${part}`,
      // No locale is set: the provider reads the server's back, and would replace the database if it differed from the setting.
      { name: databaseName, owner: owner.name, encoding: "UTF8", template: "template0" },
      holding,
    );
  const main = database("main", names.main);
  const datastore = database("datastore", names.datastore);

  // The owner issues the grants. PostgreSQL ignores REVOKE on a database from an administrator who is not superuser and only warns, which
  // the provider does not see (pulumi/pulumi-postgresql#88).
  const asOwner = new sdk.Provider(
    `${name}-as-owner`,
    { ...reached, database: names.main, username: names.main, password: roles.owner.secret },
    { ...options, dependsOn: [owner, reader, main, datastore] },
  );

  // One after the other: concurrent grants on the same object fail with "tuple concurrently updated".
  const inDatastore = { database: datastore.name, role: reader.name, schema: "public" };
  const grants: readonly ((name: string, after: pulumi.CustomResourceOptions) => pulumi.Resource)[] = [
    // A managed server's administrator is not superuser, so without CONNECT it could no longer maintain the databases.
    (part, after) => new sdk.Grant(`${part}-main-administered`, connects(main.name, administrator), after),
    (part, after) => new sdk.Grant(`${part}-datastore-administered`, connects(datastore.name, administrator), after),
    (part, after) => new sdk.Grant(`${part}-main-closed`, { database: main.name, ...closed }, after),
    (part, after) => new sdk.Grant(`${part}-datastore-closed`, { database: datastore.name, ...closed }, after),
    (part, after) => new sdk.Grant(`${part}-reader-connects`, connects(datastore.name, reader.name), after),
    (part, after) =>
      new sdk.Grant(`${part}-reader-enters`, { ...inDatastore, objectType: "schema", privileges: ["USAGE"] }, after),
    (part, after) =>
      new sdk.DefaultPrivileges(
        `${part}-reader-reads`,
        { ...inDatastore, owner: owner.name, objectType: "table", privileges: ["SELECT"] },
        after,
      ),
  ];
  let earlier: pulumi.Resource[] = [];
  for (const grant of grants) earlier = [grant(name, { ...options, provider: asOwner, dependsOn: earlier })];
}

/** By default PostgreSQL lets every role connect to every database and create temporary tables there. */
const closed = { role: "public", objectType: "database", privileges: [] };

function connects(database: pulumi.Input<string>, role: pulumi.Input<string>) {
  return { database, role, objectType: "database", privileges: ["CONNECT"] };
}

/** How the machine that runs Pulumi reaches the server. */
function connection(
  name: string,
  { host, sslMode, outside = { host, sslMode }, port }: AdministeredServer,
  caBundle: string | undefined,
) {
  const verified = outside.sslMode === "verify-full" && caBundle !== undefined;
  return {
    host: outside.host,
    port,
    sslmode: outside.sslMode,
    ...(verified && { sslrootcert: authorityFile(name, caBundle) }),
    // The administrator of a managed server is not superuser.
    superuser: false,
    // In seconds. The provider's default is three minutes, even for a mistyped host.
    connectTimeout: 15,
  };
}

function administratorPassword({ administrator: { password } }: AdministeredServer): pulumi.Input<string> {
  return typeof password === "object" && "secret" in password ? password.secret : pulumi.secret(password);
}
