/**
 * Roles, databases and rights that Pulumi declares on a server outside the cluster: the real CLI and engine, a real PostgreSQL, and
 * an administrator without superuser as managed servers have. PostgreSQL's provider cannot be had here: a stand-in sends what it is
 * known to send (test/stand-ins/postgresql.ts). Does not prove: that the provider itself sends the same.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  attempts,
  fillDatabases,
  outcome,
  powerfulRoles,
  prepareServer,
  siteLogins,
} from "../support/database-rights.ts";
import { PostgresServer } from "../support/postgres-server.ts";
import { Engine, readStackFile, rootSecret } from "./support/engine.ts";

const provisioner = { user: "provisioner", password: "password-of-the-provisioner", database: "postgres" };
const logins = siteLogins(rootSecret, "opendata");
const { owner, reader } = logins;

let engine: Engine;
let server: PostgresServer;

beforeAll(async () => {
  [engine, server] = await Promise.all([Engine.start(["postgresql"]), PostgresServer.start()]);
  await prepareServer(server, provisioner);
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
  expect(await powerfulRoles(server, "opendata")).toEqual([]);
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
  beforeAll(() => fillDatabases(server, "opendata", logins));

  test.each(attempts("opendata", logins))("%s", async (...attempt) => {
    expect(await outcome(server, attempt)).toBe(attempt[3]);
  });
});

test("a raised generation changes the reader's password alone, and the old one is refused", async () => {
  configure({ generations: { "datastore-reader": 2 } });
  expect(databaseOperations()).toEqual(["update Role reader"]);
  const { code, output } = engine.pulumi("up", "--yes", "--skip-preview");
  expect([code, code === 0 ? "" : output]).toEqual([0, ""]);
  const next = siteLogins(rootSecret, "opendata", 2).reader("datastore_opendata");
  expect(await server.query("SELECT a FROM rows", next)).toEqual([{ a: 1 }]);
  await expect(server.query("SELECT 1", reader("datastore_opendata"))).rejects.toThrow(
    "password authentication failed",
  );
});

test("a destroy leaves roles, databases and rows, and takes the reader's rights", async () => {
  const destroyed = engine.pulumi("destroy", "--yes", "--skip-preview");
  expect([destroyed.code, destroyed.code === 0 ? "" : destroyed.output]).toEqual([0, ""]);
  const next = siteLogins(rootSecret, "opendata", 2).reader("datastore_opendata");
  expect(await server.query("SELECT a FROM rows", owner("datastore_opendata"))).toEqual([{ a: 1 }]);
  await expect(server.query("SELECT a FROM rows", next)).rejects.toThrow("permission denied");
});

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
