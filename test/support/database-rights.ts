/** What the two roles of a site may do at its databases, and what nobody else may: statements to be tried on a real server. */
import { deriveSecret } from "../../components/site/credentials.ts";
import type { Login, PostgresServer } from "./postgres-server.ts";

/** Somebody else on the same server. */
const neighbourPassword = "password-of-the-neighbour";

export interface SiteLogins {
  readonly owner: (database: string) => Login;
  readonly reader: (database: string) => Login;
}

/** Logins of a site's roles, whose passwords are derived; `generation` is the reader's. */
export function siteLogins(rootSecret: string, instance: string, generation = 1): SiteLogins {
  const login =
    (user: string, password: string) =>
    (database: string): Login => ({ user, password, database });
  return {
    owner: login(`ckan_${instance}`, deriveSecret(rootSecret, instance, "database", 1)),
    reader: login(`reader_${instance}`, deriveSecret(rootSecret, instance, "datastore-reader", generation)),
  };
}

/** An administrator as managed servers have them, without superuser, and a neighbour's database that is his own. */
export async function prepareServer(server: PostgresServer, provisioner: Login): Promise<void> {
  await server.query(`CREATE ROLE ${provisioner.user} LOGIN CREATEDB CREATEROLE PASSWORD '${provisioner.password}'`);
  await server.query("CREATE DATABASE neighbour");
  await server.query("REVOKE ALL ON DATABASE neighbour FROM PUBLIC");
  await server.query(`CREATE ROLE neighbour LOGIN PASSWORD '${neighbourPassword}'`);
}

/** Tables that the statements are about. */
export async function fillDatabases(server: PostgresServer, instance: string, { owner }: SiteLogins): Promise<void> {
  await server.query("CREATE TABLE rows (a int)", owner(`datastore_${instance}`));
  await server.query("INSERT INTO rows VALUES (1)", owner(`datastore_${instance}`));
  await server.query("CREATE TABLE account (a int)", owner(`ckan_${instance}`));
}

export type Attempt = readonly [what: string, login: Login, statement: string, refusal: string];

/** Statements, and a part of the words by which each is refused; none where it is allowed. */
export function attempts(instance: string, { owner, reader }: SiteLogins): readonly Attempt[] {
  const main = `ckan_${instance}`;
  const datastore = `datastore_${instance}`;
  const neighbour = (database: string): Login => ({ user: "neighbour", password: neighbourPassword, database });
  const denied = "permission denied";
  const makeFunction = "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'";
  return [
    ["the owner makes tables in its main database", owner(main), "CREATE TABLE made_here (a int)", ""],
    ["the owner drops them", owner(main), "DROP TABLE made_here", ""],
    ["the owner makes functions in the datastore", owner(datastore), makeFunction, ""],
    ["the owner grants what CKAN grants", owner(datastore), `GRANT SELECT ON rows TO reader_${instance}`, ""],
    ["the owner closes the schema", owner(datastore), "REVOKE CREATE ON SCHEMA public FROM PUBLIC", ""],
    ["the owner makes no role", owner(main), "CREATE ROLE another", denied],
    ["the owner makes no database", owner(main), "CREATE DATABASE another", denied],
    ["the owner reads no file of the server", owner(main), "SELECT pg_read_file('/etc/passwd')", denied],
    ["the owner is not let in at the neighbour's", owner("neighbour"), "SELECT 1", denied],
    ["the reader reads a table that was made after it", reader(datastore), "SELECT * FROM rows", ""],
    ["the reader adds no row", reader(datastore), "INSERT INTO rows VALUES (2)", denied],
    ["the reader changes no row", reader(datastore), "UPDATE rows SET a = 2", denied],
    ["the reader deletes no row", reader(datastore), "DELETE FROM rows", denied],
    ["the reader empties no table", reader(datastore), "TRUNCATE rows", denied],
    ["the reader drops no table", reader(datastore), "DROP TABLE rows", "must be owner"],
    ["the reader makes no table", reader(datastore), "CREATE TABLE mine (a int)", denied],
    ["the reader makes no temporary table", reader(datastore), "CREATE TEMP TABLE mine (a int)", denied],
    ["the reader is not let into the main database", reader(main), "SELECT 1", denied],
    ["the neighbour is not let into the main database", neighbour(main), "SELECT 1", denied],
    ["the neighbour is not let into the datastore", neighbour(datastore), "SELECT 1", denied],
  ];
}

/** The words of the refusal that was expected, "" for success, or what the server said instead. */
export async function outcome(server: PostgresServer, [, login, statement, refusal]: Attempt): Promise<string> {
  const answer = await server.query(statement, login).then(
    () => "",
    (error: Error) => error.message,
  );
  return refusal !== "" && answer.includes(refusal) ? refusal : answer;
}

/** Of the server's roles with these words in their names, those that may do something on the server as a whole. */
export async function powerfulRoles(server: PostgresServer, words: string): Promise<readonly unknown[]> {
  return await server.query(
    `SELECT rolname FROM pg_roles WHERE rolname ~ '${words}' AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)`,
  );
}
