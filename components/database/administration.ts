/** Roles, databases and rights of one instance on a server that others may use as well. */
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

/** Has roles and databases made by whoever administers the server. */
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
 * The grants are those that CKAN's `datastore set-permissions` starts from; what follows them (a view, a trigger's function) is
 * CKAN's own, and the bootstrap adds it as the owner of the databases.
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
      // The locale is the server's own: the provider reads it back, and takes any word for it as a wish for another database.
      { name: databaseName, owner: owner.name, encoding: "UTF8", template: "template0" },
      holding,
    );
  const main = database("main", names.main);
  const datastore = database("datastore", names.datastore);

  // The rights are the owner's to give. From an administrator who is no superuser PostgreSQL takes none on a database, and only warns,
  // which the provider does not hear (pulumi/pulumi-postgresql#88).
  const asOwner = new sdk.Provider(
    `${name}-as-owner`,
    { ...reached, database: names.main, username: names.main, password: roles.owner.secret },
    { ...options, dependsOn: [owner, reader, main, datastore] },
  );

  // One after the other: two that change rights of the same object at once end in "tuple concurrently updated".
  const inDatastore = { database: datastore.name, role: reader.name, schema: "public" };
  const grants: readonly ((name: string, after: pulumi.CustomResourceOptions) => pulumi.Resource)[] = [
    // A managed server's administrator is one of everybody: shut out, it could look after nothing any more.
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

/** PostgreSQL lets everybody connect to every database, and make temporary tables there, unless told otherwise. */
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
    // A managed server's administrator is none.
    superuser: false,
    // Seconds; the provider's default is three minutes, for a mistyped host as well.
    connectTimeout: 15,
  };
}

function administratorPassword({ administrator: { password } }: AdministeredServer): pulumi.Input<string> {
  return typeof password === "object" && "secret" in password ? password.secret : pulumi.secret(password);
}
