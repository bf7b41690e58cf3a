/**
 * Roles, databases and rights that Pulumi declares on a server outside the cluster: the real CLI and engine, a real PostgreSQL, and
 * an administrator without superuser as managed servers have. PostgreSQL's provider cannot be had here: a stand-in sends what it is
 * known to send (test/stand-ins/postgresql.ts). Does not prove: that the provider itself sends the same.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deriveSecret } from "../../components/credentials.ts";
import { type Login, PostgresServer } from "../support/postgres-server.ts";
import { Engine, readStackFile, rootSecret } from "./support/engine.ts";

const provisioner = { user: "provisioner", password: "password-of-the-provisioner", database: "postgres" };
const password = (purpose: string, generation = 1) => deriveSecret(rootSecret, "opendata", purpose, generation);
const owner = (database: string): Login => ({ user: "ckan_opendata", password: password("database"), database });
const reader = (database: string): Login => ({
  user: "reader_opendata",
  password: password("datastore-reader"),
  database,
});

let engine: Engine;
let server: PostgresServer;

beforeAll(async () => {
  [engine, server] = await Promise.all([Engine.start(["postgresql"]), PostgresServer.start()]);
  await server.query(`CREATE ROLE provisioner LOGIN CREATEDB CREATEROLE PASSWORD '${provisioner.password}'`);
  // Somebody else's, on the same server.
  await server.query("CREATE DATABASE neighbour");
  await server.query("REVOKE ALL ON DATABASE neighbour FROM PUBLIC");
  await server.query("CREATE ROLE neighbour LOGIN PASSWORD 'password-of-the-neighbour'");
});

afterAll(async () => {
  server?.stop();
  await engine?.stop();
});

test("a first preview announces two roles, two databases and seven rights, and asks the server for nothing", () => {
  configure();
  expect(databaseOperations()).toEqual([
    "create Database datastore",
    "create Database main",
    "create DefaultPrivileges reader-reads",
    "create Grant datastore-administered",
    "create Grant datastore-closed",
    "create Grant main-administered",
    "create Grant main-closed",
    "create Grant reader-connects",
    "create Grant reader-enters",
    "create Role owner",
    "create Role reader",
  ]);
});

test("up makes them, and a second preview has nothing to do", () => {
  const { code, output } = engine.pulumi("up", "--yes", "--skip-preview");
  expect([code, code === 0 ? "" : output]).toEqual([0, ""]);
  expect(engine.operations()).toEqual([]);
});

test("no Secret of the cluster holds the administrator's password, and neither does the state in plain text", () => {
  const { items } = engine.kubernetes("secrets", "-n", "opendata-dev");
  const encoded = Buffer.from(provisioner.password).toString("base64");
  expect(items.length).toBeGreaterThan(0);
  expect(JSON.stringify(items)).not.toContain(encoded);
  const { output } = engine.pulumi("stack", "export");
  expect(output).toContain("ckan_opendata");
  expect(output).not.toContain(provisioner.password);
});

test("neither role may do anything on the server as a whole", async () => {
  const rights = await server.query(
    "SELECT rolname, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls FROM pg_roles WHERE rolname ~ 'opendata' ORDER BY 1",
  );
  const none = {
    rolsuper: false,
    rolcreaterole: false,
    rolcreatedb: false,
    rolreplication: false,
    rolbypassrls: false,
  };
  expect(rights).toEqual([
    { rolname: "ckan_opendata", ...none },
    { rolname: "reader_opendata", ...none },
  ]);
});

test("both databases belong to the one role, in UTF-8 and the server's own locale", async () => {
  const found = await server.query(
    "SELECT datname, pg_get_userbyid(datdba) AS owner, pg_encoding_to_char(encoding) AS encoding, datcollate = (SELECT datcollate FROM pg_database WHERE datname = 'template0') AS as_server FROM pg_database WHERE datname ~ 'opendata' ORDER BY 1",
  );
  const form = { owner: "ckan_opendata", encoding: "UTF8", as_server: true };
  expect(found).toEqual([
    { datname: "ckan_opendata", ...form },
    { datname: "datastore_opendata", ...form },
  ]);
});

describe("what each role may do", () => {
  beforeAll(async () => {
    await server.query("CREATE TABLE rows (a int)", owner("datastore_opendata"));
    await server.query("INSERT INTO rows VALUES (1)", owner("datastore_opendata"));
    await server.query("CREATE TABLE account (a int)", owner("ckan_opendata"));
  });

  const neighbour = (database: string): Login => ({
    user: "neighbour",
    password: "password-of-the-neighbour",
    database,
  });
  const denied = "permission denied";

  test.each([
    ["the owner makes tables in its main database", owner("ckan_opendata"), "CREATE TABLE made_here (a int)", ""],
    ["the owner drops them", owner("ckan_opendata"), "DROP TABLE made_here", ""],
    ["the owner makes functions in the datastore", owner("datastore_opendata"), makeFunction, ""],
    ["the owner grants what CKAN grants", owner("datastore_opendata"), "GRANT SELECT ON rows TO reader_opendata", ""],
    ["the owner closes the schema", owner("datastore_opendata"), "REVOKE CREATE ON SCHEMA public FROM PUBLIC", ""],
    ["the owner makes no role", owner("ckan_opendata"), "CREATE ROLE another", denied],
    ["the owner makes no database", owner("ckan_opendata"), "CREATE DATABASE another", denied],
    ["the owner reads no file of the server", owner("ckan_opendata"), "SELECT pg_read_file('/etc/passwd')", denied],
    ["the owner is not let in at the neighbour's", owner("neighbour"), "SELECT 1", denied],
    ["the reader reads a table that was made after it", reader("datastore_opendata"), "SELECT * FROM rows", ""],
    ["the reader adds no row", reader("datastore_opendata"), "INSERT INTO rows VALUES (2)", denied],
    ["the reader changes no row", reader("datastore_opendata"), "UPDATE rows SET a = 2", denied],
    ["the reader deletes no row", reader("datastore_opendata"), "DELETE FROM rows", denied],
    ["the reader empties no table", reader("datastore_opendata"), "TRUNCATE rows", denied],
    ["the reader drops no table", reader("datastore_opendata"), "DROP TABLE rows", "must be owner"],
    ["the reader makes no table", reader("datastore_opendata"), "CREATE TABLE mine (a int)", denied],
    ["the reader makes no temporary table", reader("datastore_opendata"), "CREATE TEMP TABLE mine (a int)", denied],
    ["the reader is not let into the main database", reader("ckan_opendata"), "SELECT 1", denied],
    ["the neighbour is not let into the main database", neighbour("ckan_opendata"), "SELECT 1", denied],
    ["the neighbour is not let into the datastore", neighbour("datastore_opendata"), "SELECT 1", denied],
  ] as const)("%s", async (_name, login, statement, refusal) => {
    const answer = await server.query(statement, login).then(
      () => "",
      (error: Error) => error.message,
    );
    expect(refusal === "" ? answer : answer.includes(refusal) ? refusal : answer).toBe(refusal);
  });
});

test("a raised generation changes the reader's password alone, and the old one is refused", async () => {
  configure({ generations: { "datastore-reader": 2 } });
  expect(databaseOperations()).toEqual(["update Role reader"]);
  const { code, output } = engine.pulumi("up", "--yes", "--skip-preview");
  expect([code, code === 0 ? "" : output]).toEqual([0, ""]);
  const next = { ...reader("datastore_opendata"), password: password("datastore-reader", 2) };
  expect(await server.query("SELECT a FROM rows", next)).toEqual([{ a: 1 }]);
  await expect(server.query("SELECT 1", reader("datastore_opendata"))).rejects.toThrow(
    "password authentication failed",
  );
});

test("a destroy leaves roles, databases and rows, and takes the reader's rights", async () => {
  const destroyed = engine.pulumi("destroy", "--yes", "--skip-preview");
  expect([destroyed.code, destroyed.code === 0 ? "" : destroyed.output]).toEqual([0, ""]);
  const next = { ...reader("datastore_opendata"), password: password("datastore-reader", 2) };
  expect(await server.query("SELECT a FROM rows", owner("datastore_opendata"))).toEqual([{ a: 1 }]);
  await expect(server.query("SELECT a FROM rows", next)).rejects.toThrow("permission denied");
});

const makeFunction = "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'";

/** The dev stack with its databases on the test's server. */
function configure(changes: object = {}): void {
  const config = readStackFile("dev");
  const defaults = config["ckan:defaults"] as Record<string, unknown>;
  engine.write({
    ...config,
    "ckan:defaults": {
      ...defaults,
      ...changes,
      database: {
        kind: "external",
        host: "127.0.0.1",
        port: server.port,
        sslMode: "disable",
        administrator: { user: provisioner.user, passwordFrom: "databasePassword" },
        administration: "pulumi",
      },
    },
  });
  engine.setSecret("rootSecret", rootSecret);
  engine.setSecret("databasePassword", provisioner.password);
}

/** What a preview would do at the server, in the provider's words. */
function databaseOperations(): readonly string[] {
  return engine
    .operations()
    .filter(({ urn }) => urn.includes("postgresql:index/"))
    .map(({ op, urn }) => {
      const [, , types = "", name = ""] = urn.split("::");
      return `${op} ${types.split(":").at(-1)} ${name.replace("opendata-database-", "")}`;
    })
    .sort();
}
