/**
 * A second site beside the dev environment's, whose databases and files live outside the cluster: Debian's PostgreSQL on this machine, with
 * an administrator without superuser, and a MinIO of somebody else's, both with TLS by an authority of their own. Proves what
 * `external` with `administration: cluster`, `s3`, `caBundle` and `verify-full` do with real servers, what preflight says of these, and
 * that CKAN is content with its roles. Does not prove: services of clouds.
 */
import { once } from "node:events";
import { request } from "node:https";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deepMerge } from "../../config/merge.ts";
import { kubectl, type Result, succeed } from "../e2e/support/commands.ts";
import { Client } from "../e2e/support/site.ts";
import { csvOf, loaded } from "../faults/support/site-data.ts";
import { instances, preflightWith, rootSecret, upWith } from "../faults/support/stack.ts";
import { type Certificate, selfSigned, certificate as stranger } from "../support/certificates.ts";
import {
  attempts,
  fillDatabases,
  outcome,
  powerfulRoles,
  prepareServer,
  siteLogins,
} from "../support/database-rights.ts";
import { PostgresServer } from "../support/postgres-server.ts";
import { nodeAddress, type SecondSite, startSecondSite } from "./support/second-site.ts";
import { type Store, startStore } from "./support/store.ts";

const name = "abroad";
const namespace = `${name}-dev`;
const nodePort = 30501;
const rows = 5_000;
const csv = csvOf(rows);
const bucket = "files-of-abroad";
const provisioner = { user: "provisioner", password: "password-of-the-provisioner", database: "postgres" };
const logins = siteLogins(rootSecret, name);

let address: string;
let certificate: Certificate;
let server: PostgresServer;
let store: Store;
let site: SecondSite;

beforeAll(async () => {
  address = nodeAddress();
  certificate = await selfSigned(address);
  server = await PostgresServer.start({ address, tls: certificate });
  await prepareServer(server, provisioner);
  store = startStore(address, certificate, bucket);
  site = await startSecondSite(name, nodePort, declare, csv);
});

afterAll(() => {
  site?.stop();
  store?.stop();
  server?.stop();
});

test("a second up has nothing to do", () => {
  expect(declare().stdout).toMatch(/Resources:\n\s+\d+ unchanged/);
});

describe("Preflight, from pods under the site's own policies", () => {
  const rows = ({ stdout }: Result) =>
    [...stdout.matchAll(/^ {2}(ok|MISSING|not known) +((?:PostgreSQL|bucket) .+?) {2,}(.*)$/gm)].map(
      ([, finding, need, seen]) => [finding, need, seen],
    );
  const needs = () => [`PostgreSQL ${address}:${server.port}`, `bucket ${bucket} at ${new URL(store.endpoint).host}`];

  test("finds the servers, held to their authority", () => {
    const result = preflightWith(sites(), secrets());
    expect(rows(result)).toEqual([
      ["ok", needs()[0], "answers"],
      ["ok", needs()[1], "answers with 403"],
    ]);
    expect(result.code).toBe(0);
  });

  // Pods always reach their own node, so that nothing is seen here of what policies keep out.
  test("tells when their certificates are nobody's", () => {
    const result = preflightWith(sites({ caBundle: stranger }), secrets());
    expect(rows(result)).toEqual(
      needs().map((need) => ["MISSING", need, expect.stringContaining("SSLCertVerificationError")]),
    );
    expect(result.code).toBe(1);
  });
});

describe("The databases outside", () => {
  test("take the rows of a private file, every one", async () => {
    await loaded(site.admin, site.file.id, rows, 300);
  });

  test("are spoken to by TLS alone", async () => {
    const connections = await server.query(
      `SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename ~ '${name}'`,
    );
    expect(connections).toEqual([{ ssl: true }]);
  });

  test("are not spoken to where their certificate is nobody's", () => {
    const other = "PGSSLROOTCERT=/etc/ssl/certs/ca-certificates.crt";
    const { code, stderr } = inWeb(["env", other, "python3", "-"], connect);
    expect(code).toBe(1);
    expect(stderr).toContain("certificate verify failed");
    expect(inWeb(["python3", "-"], connect).code).toBe(0);
  });

  test("satisfy CKAN's own checks of its connections", () => {
    expect(
      JSON.parse(
        succeed(inWeb(["python3", "-"], checks))
          .trim()
          .split("\n")
          .at(-1) ?? "",
      ),
    ).toEqual({
      same_database: false,
      same_url: false,
      reader_is_read_only: true,
    });
  });

  test("give neither role anything on the server as a whole", async () => {
    expect(await powerfulRoles(server, name)).toEqual([]);
  });
});

describe("What each role may do there", () => {
  beforeAll(() => fillDatabases(server, name, logins));

  test.each(attempts(name, logins))("%s", async (...attempt) => {
    expect(await outcome(server, attempt)).toBe(attempt[3]);
  });
});

describe("The store outside", () => {
  test("holds the file with all its bytes", () => {
    expect(store.sizeOf(`resources/${site.file.id}/register.csv`)).toBe(Buffer.byteLength(csv));
  });

  test("hands it to those who may, by a link of its own that is signed", async () => {
    const response = await site.admin.get(site.file.url, { redirect: "manual" });
    const location = response.headers.get("location") ?? "";
    expect([response.status, location.split("?")[0]]).toEqual([
      302,
      `${store.endpoint}/${bucket}/resources/${site.file.id}/register.csv`,
    ]);
    expect(await download(location)).toEqual({ status: 200, text: csv });
    expect((await download(location.split("?")[0] ?? "")).status).toBe(403);
  });

  test("hands it to nobody else", async () => {
    const response = await new Client(site.admin.url).get(site.file.url, { redirect: "manual" });
    expect([401, 403, 404]).toContain(response.status);
  });
});

const secrets = () => ({
  provisionerPassword: provisioner.password,
  storeAccessKey: store.accessKey,
  storeSecretKey: store.secretKey,
});

/** The stack file's sites and this one, whose settings these are added to. */
function sites(more: object = {}) {
  const networks = [`${address}/32`];
  const instance = {
    ...instances["opendata"],
    exposure: { kind: "node-port", nodePort },
    caBundle: certificate.certificate,
    database: {
      kind: "external",
      host: address,
      port: server.port,
      sslMode: "verify-full",
      administrator: { user: provisioner.user, passwordFrom: "provisionerPassword" },
      networks,
    },
    files: {
      kind: "s3",
      endpoint: store.endpoint,
      bucket,
      accessKeyFrom: "storeAccessKey",
      secretKeyFrom: "storeSecretKey",
      networks,
    },
  };
  return { "ckan:instances": { ...instances, [name]: deepMerge(instance, more) } };
}

function declare() {
  return upWith(sites(), secrets());
}

/** Runs a program of its standard input in a web pod. */
function inWeb(command: readonly string[], program: string) {
  return kubectl(["-n", namespace, "exec", "-i", `deploy/${name}-web`, "--", ...command], program);
}

const connect = `
import os, psycopg2
psycopg2.connect(os.environ["CKAN_SQLALCHEMY_URL"], connect_timeout=10)
`;

const checks = `
import json
from ckan.cli import load_config
from ckan.config.middleware import make_app
make_app(load_config())
from ckanext.datastore.backend import DatastoreBackend
backend = DatastoreBackend.get_active_backend()
print(json.dumps({
    "same_database": backend._same_ckan_and_datastore_db(),
    "same_url": backend._same_read_and_write_url(),
    "reader_is_read_only": backend._read_connection_has_correct_privileges(),
}))
`;

/** As a browser that trusts the store's authority. */
async function download(url: string): Promise<{ readonly status: number | undefined; readonly text: string }> {
  const asked = request(url, { ca: certificate.certificate });
  asked.end();
  const [response] = await once(asked, "response");
  return { status: response.statusCode, text: (await buffer(response)).toString() };
}
