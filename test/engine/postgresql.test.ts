/**
 * Roles, databases and rights that Pulumi declares on a server outside the cluster: the real CLI and engine, a real PostgreSQL, and
 * both kinds of administrators: without superuser, as managed servers have them, and with. PostgreSQL's own provider does it wherever
 * its plugin is found; elsewhere a fake does what that one was seen to do (test/fakes/postgresql.ts), which each run says.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { selfSigned } from "../support/certificates.ts";
import {
  attempts,
  fillDatabases,
  outcome,
  powerfulRoles,
  prepareServer,
  siteLogins,
} from "../support/database-rights.ts";
import { PostgresServer } from "../support/postgres-server.ts";
import { Engine, type Run, readStackFile, rootSecret } from "./support/engine.ts";

const provisioner = { user: "provisioner", password: "password-of-the-provisioner", database: "postgres" };
const logins = siteLogins(rootSecret, "opendata");
const { owner, reader } = logins;

/** As many checks as there are properties of a database that cannot change. */
const forcing = { encoding: "SQL_ASCII", template: "template1" };

interface Kind {
  readonly administrator: string;
  readonly superuser: boolean;
  /** How the server is reached. */
  readonly sslMode: "disable" | "verify-full";
}

const kinds: readonly Kind[] = [
  { administrator: "an administrator without superuser", superuser: false, sslMode: "verify-full" },
  { administrator: "a superuser", superuser: true, sslMode: "disable" },
];

let engine: Engine;
let server: PostgresServer;
let authority: string;

describe.each(kinds)("databases that Pulumi declares as $administrator, with sslmode $sslMode", (kind) => {
  beforeAll(async () => {
    const tls = await selfSigned("127.0.0.1");
    authority = tls.certificate;
    [engine, server] = await Promise.all([Engine.start(["postgresql"]), PostgresServer.start({ tls })]);
    await prepareServer(server, provisioner);
    if (kind.superuser) await server.query(`ALTER ROLE ${provisioner.user} SUPERUSER`);
  });

  afterAll(async () => {
    server?.stop();
    await engine?.stop();
  });

  test("a first preview announces two roles, two databases and seven rights, and asks the server for nothing", () => {
    configure(kind);
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

  test("up makes them, and a second preview and a refresh have nothing to do", () => {
    expect(failure(engine.pulumi("up", "--yes", "--skip-preview"))).toBe("");
    expect(engine.operations()).toEqual([]);
    expect(failure(engine.pulumi("refresh", "--preview-only", "--expect-no-changes"))).toBe("");
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

  test("a state of when databases were given a locale replaces none of them", () => {
    changeDatabases((inputs) => ({ ...inputs, lcCollate: "DEFAULT", lcCtype: "DEFAULT" }), {});
    expect(databaseOperations().filter((operation) => operation.includes("Database"))).toEqual([]);
    expect(failure(engine.pulumi("up", "--yes", "--skip-preview"))).toBe("");
  });

  describe.each(["retained", "disposable"])(
    "a provider that plans to replace databases, of which the site's are %s",
    (protection) => {
      test.each(Object.entries(forcing))("drops none, for another %s", async (property, value) => {
        configure(kind, {}, protection);
        expect(failure(engine.pulumi("up", "--yes", "--skip-preview"))).toBe("");
        const restore = changeDatabases((inputs) => ({ ...inputs, [property]: value }), { [property]: value });
        try {
          expect(databaseOperations()).toContain("replace Database main");
          expect(engine.pulumi("up", "--yes", "--skip-preview").output).toContain("already exists");
          expect(await server.query("SELECT a FROM rows", reader("datastore_opendata"))).toEqual([{ a: 1 }]);
        } finally {
          restore();
        }
        expect(engine.operations()).toEqual([]);
      });
    },
  );

  test("a raised generation changes the reader's password alone, and the old one is refused", async () => {
    configure(kind, { generations: { "datastore-reader": 2 } });
    expect(databaseOperations()).toEqual(["update Role reader"]);
    expect(failure(engine.pulumi("up", "--yes", "--skip-preview"))).toBe("");
    const next = siteLogins(rootSecret, "opendata", 2).reader("datastore_opendata");
    expect(await server.query("SELECT a FROM rows", next)).toEqual([{ a: 1 }]);
    await expect(server.query("SELECT 1", reader("datastore_opendata"))).rejects.toThrow(
      "password authentication failed",
    );
  });

  test("a destroy leaves roles, databases and rows, and takes the reader's rights", async () => {
    expect(failure(engine.pulumi("destroy", "--yes", "--skip-preview"))).toBe("");
    const next = siteLogins(rootSecret, "opendata", 2).reader("datastore_opendata");
    expect(await server.query("SELECT a FROM rows", owner("datastore_opendata"))).toEqual([{ a: 1 }]);
    await expect(server.query("SELECT a FROM rows", next)).rejects.toThrow("permission denied");
  });
});

/** The dev stack with its databases on the test's server. */
function configure({ sslMode }: Kind, changes: object = {}, protection = "retained"): void {
  const config = readStackFile("dev");
  const defaults = config["ckan:defaults"] as Record<string, unknown>;
  engine.write({
    ...config,
    "ckan:protection": protection,
    "ckan:defaults": {
      ...defaults,
      ...changes,
      ...(sslMode === "verify-full" && { caBundle: authority }),
      database: {
        kind: "external",
        host: "127.0.0.1",
        port: server.port,
        sslMode,
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

/** What the CLI printed when it failed; nothing otherwise. */
function failure({ code, output }: Run): string {
  return code === 0 ? "" : output;
}

type Properties = Readonly<Record<string, unknown>>;

interface State {
  readonly deployment: { readonly resources: readonly Recorded[] };
}

interface Recorded {
  readonly type: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
}

/** Changes what is recorded of both databases, in the state and in the fake's own memory; returns what undoes it. */
function changeDatabases(ofInputs: (inputs: Properties) => Properties, ofOutputs: Properties): () => void {
  const before = engine.pulumi("stack", "export").output;
  const state: State = JSON.parse(before.slice(before.indexOf("{")));
  const resources = state.deployment.resources.map((one) =>
    one.type === "postgresql:index/database:Database"
      ? { ...one, inputs: ofInputs(one.inputs), outputs: { ...one.outputs, ...ofOutputs } }
      : one,
  );
  importState({ ...state, deployment: { ...state.deployment, resources } });
  const memory = changeMemory(ofInputs);
  return () => {
    importState(state);
    memory();
  };
}

function importState(state: State): void {
  const file = `${engine.folder}/state-to-import.json`;
  writeFileSync(file, JSON.stringify(state));
  expect(failure(engine.pulumi("stack", "import", "--file", file))).toBe("");
}

function changeMemory(ofInputs: (inputs: Properties) => Properties): () => void {
  const file = engine.fakeState("postgresql");
  if (!existsSync(file)) return () => {};
  const before = readFileSync(file, "utf8");
  const service = JSON.parse(before) as { resources: readonly Recorded[] };
  const resources = service.resources.map((one) =>
    one.type === "postgresql:index/database:Database" ? { ...one, inputs: ofInputs(one.inputs) } : one,
  );
  writeFileSync(file, JSON.stringify({ ...service, resources }));
  return () => writeFileSync(file, before);
}
