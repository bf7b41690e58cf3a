/** Roles, databases and rights of one instance on a server that others may use as well. */
import * as pulumi from "@pulumi/pulumi";
import type { DatabaseServer } from "../contracts.ts";
import type { Credential } from "../credentials.ts";
import { durable } from "../durability.ts";
import { postgresql } from "../sdk.ts";
import { credentialsSecret } from "../secret.ts";
import { Administration, type KindArgs } from "./kind.ts";

type AdministeredArgs = Omit<KindArgs<unknown>, "server"> &
  Pick<DatabaseServer, "host" | "port" | "sslMode"> & {
    readonly administration: Administration;
    readonly administrator: {
      readonly user: pulumi.Input<string>;
      readonly password: Credential | pulumi.Input<string>;
    };
    /** How the machine that runs Pulumi reaches the server. @default as pods do */
    readonly outside?: Pick<DatabaseServer, "host" | "sslMode">;
  };

/** Has roles and databases made by whoever administers the server. */
export function administer(
  name: string,
  args: AdministeredArgs,
  options: pulumi.CustomResourceOptions,
): DatabaseServer {
  const { host, port, sslMode, namespace, identity, credentials } = args;
  const { user, password } = args.administrator;
  switch (args.administration) {
    case Administration.Cluster: {
      const secret = credentialsSecret(
        `${name}-administrator`,
        { namespace, identity, credentials, data: { password } },
        options,
      );
      return { host, port, sslMode, administrator: { user, password: secret.password } };
    }
    case Administration.Pulumi:
      declareDatabases(name, args, options);
      return { host, port, sslMode };
  }
}

/**
 * The grants are those that CKAN's `datastore set-permissions` starts from; what follows them (a view, a trigger's function) is
 * CKAN's own, and the bootstrap adds it as the owner of the databases.
 */
function declareDatabases(name: string, args: AdministeredArgs, options: pulumi.CustomResourceOptions): void {
  const { names, roles } = args;
  const administrator = args.administrator.user;
  const sdk = postgresql();
  const provider = serverProvider(name, args, options);
  const inServer = { ...options, provider };
  const holding = { ...inServer, ...durable(args.protection) };

  const role = (part: string, user: string, password: Credential) =>
    new sdk.Role(`${name}-${part}`, { name: user, login: true, password: password.secret }, holding);
  const owner = role("owner", names.main, roles.owner);
  const reader = role("reader", names.datastoreReader, roles.reader);

  const database = (part: string, databaseName: string) =>
    new sdk.Database(
      `${name}-${part}`,
      { name: databaseName, owner: owner.name, encoding: "UTF8", template: "template0", ...serverLocale },
      holding,
    );
  const main = database("main", names.main);
  const datastore = database("datastore", names.datastore);

  // One after the other: two that change rights of the same object at once end in "tuple concurrently updated".
  const inDatastore = { database: datastore.name, role: reader.name, schema: "public" };
  const grants: readonly ((name: string, after: pulumi.CustomResourceOptions) => pulumi.Resource)[] = [
    // First of all: a managed server's administrator is one of everybody, and every later look at the rights needs a connection.
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
  for (const grant of grants) earlier = [grant(name, { ...inServer, dependsOn: earlier })];
}

/** PostgreSQL lets everybody connect to every database, and make temporary tables there, unless told otherwise. */
const closed = { role: "public", objectType: "database", privileges: [] };

function connects(database: pulumi.Input<string>, role: pulumi.Input<string>) {
  return { database, role, objectType: "database", privileges: ["CONNECT"] };
}

/** The server's own, as `CREATE DATABASE` without a locale takes it; the provider's default is C. */
const serverLocale = { lcCollate: "DEFAULT", lcCtype: "DEFAULT" };

function serverProvider(
  name: string,
  { host, sslMode, outside = { host, sslMode }, port, administrator }: AdministeredArgs,
  options: pulumi.CustomResourceOptions,
) {
  const { user, password } = administrator;
  return new (postgresql().Provider)(
    `${name}-server`,
    {
      host: outside.host,
      port,
      sslmode: outside.sslMode,
      username: user,
      password: typeof password === "object" && "secret" in password ? password.secret : pulumi.secret(password),
      // A managed server's administrator is none.
      superuser: false,
      // Seconds; the provider's default is three minutes, for a mistyped host as well.
      connectTimeout: 15,
    },
    options,
  );
}
