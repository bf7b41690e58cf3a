/**
 * What CKAN's own credentials must not do on its servers: what somebody has who broke into one of its pods. Each attempt is made from
 * the worker's pod with what that has, and in a form that would do no harm if it were allowed.
 * What the read-only role must not do to a table of the datastore is in site.test.ts.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { type Attempt, tryFromWorker } from "./support/rights.ts";
import { storeAttempts } from "./support/servers.ts";
import { siteOutput } from "./support/site.ts";

type Case = readonly [title: string, attempt: Attempt, outcome: string | number];

const queue = (command: string, outcome: string): Case => [
  command,
  { server: "queue", command: command.split(" ") },
  outcome,
];
const unknown = (title: string, password: string | null): Case => [
  title,
  { server: "queue", command: ["PING"], password },
  "AuthenticationError",
];

const queueCases: readonly Case[] = [
  ...["PING", "INFO server", "CLIENT LIST", "KEYS e2e-*"].map((command) => queue(command, "allowed")),
  ...[
    // The arguments are wrong on purpose where the right ones would end or empty the server.
    "CONFIG GET dir",
    "CONFIG SET no-such-setting x",
    "CONFIG REWRITE",
    "FLUSHALL NEVER",
    "FLUSHDB NEVER",
    "SHUTDOWN NEVER",
    "ACL LIST",
    "ACL SETUSER default +no-such-command",
    "REPLICAOF NO ONE",
    "SAVE",
    "MONITOR",
    "SWAPDB 0 0",
    "CLIENT KILL ID 0",
    "MIGRATE 127.0.0.1 1 key 0 1",
  ].map((command) => queue(command, "NoPermissionError")),
  unknown("nothing without a password", null),
  unknown("nothing with another password", "not-the-password"),
];

const sql =
  (role: "reader" | "owner" | "stranger", database: string) =>
  (statement: string, outcome: string): Case => [
    `${role} in ${database}: ${statement}`,
    { server: "database", role, database, statement },
    outcome,
  ];
const reader = sql("reader", "datastore_opendata");
const owner = sql("owner", "ckan_opendata");
const programs =
  "must be superuser or have privileges of the pg_execute_server_program role to COPY to or from an external program";
const files = "must be superuser or have privileges of the pg_write_server_files role to COPY to a file";

const databaseCases: readonly Case[] = [
  reader("SELECT 1", "allowed"),
  reader(
    "CREATE TEMP TABLE x (i int)",
    'permission denied to create temporary tables in database "datastore_opendata"',
  ),
  reader("CREATE SCHEMA x", "permission denied for database datastore_opendata"),
  reader("CREATE FUNCTION x() RETURNS int LANGUAGE sql AS 'SELECT 1'", "permission denied for schema public"),
  reader("CREATE EXTENSION dblink", 'permission denied to create extension "dblink"'),
  reader("CREATE DATABASE e2e_intruder", "permission denied to create database"),
  reader("SET ROLE ckan_opendata", 'permission denied to set role "ckan_opendata"'),
  reader("ALTER ROLE ckan_opendata PASSWORD 'x'", "permission denied"),
  reader("SELECT * FROM pg_authid", "permission denied for table pg_authid"),
  reader("SELECT pg_read_file('/etc/passwd')", "permission denied for function pg_read_file"),
  reader("COPY (SELECT 1) TO PROGRAM 'true'", programs),
  reader("COPY (SELECT 1) TO '/tmp/x'", files),
  sql("reader", "postgres")("CREATE TABLE x (i int)", "permission denied for schema public"),
  owner("SELECT count(*) FROM package", "allowed"),
  owner("CREATE ROLE e2e_intruder", "permission denied to create role"),
  owner("CREATE DATABASE e2e_intruder", "permission denied to create database"),
  owner("SET ROLE postgres", 'permission denied to set role "postgres"'),
  owner(
    "ALTER ROLE ckan_opendata SUPERUSER",
    "must be superuser to alter superuser roles or change superuser attribute",
  ),
  owner("CREATE EXTENSION file_fdw", 'permission denied to create extension "file_fdw"'),
  owner("SELECT * FROM pg_authid", "permission denied for table pg_authid"),
  owner("SELECT pg_read_file('/etc/passwd')", "permission denied for function pg_read_file"),
  owner("COPY (SELECT 1) TO PROGRAM 'true'", programs),
  sql("stranger", "ckan_opendata")("SELECT 1", 'password authentication failed for user "ckan_opendata"'),
];

const solr = (title: string, path: string, outcome: number, body?: string): Case => [
  title,
  { server: "search", method: body === undefined ? "GET" : "POST", path, ...(body !== undefined && { body }) },
  outcome,
];

const searchCases: readonly Case[] = [
  solr("search", "/solr/ckan/select?q=*:*&rows=0", 200),
  solr("change a setting", "/solr/ckan/config", 403, '{"set-user-property": {"e2e": "1"}}'),
  solr("add parameters to requests of others", "/solr/ckan/config/params", 403, '{"set": {"e2e": {"a": "b"}}}'),
  solr("change the schema", "/solr/ckan/schema", 400, '{"add-field": {"name": "e2e", "type": "string"}}'),
  solr("add a core outside of its folder", "/solr/admin/cores?action=CREATE&name=e2e&instanceDir=/tmp/e2e", 400),
  solr("fetch from another server", "/solr/ckan/select?q=*:*&stream.url=http://opendata-files:9000/", 400),
  solr("search on another server", "/solr/ckan/select?q=*:*&shards=opendata-files:9000/x", 403),
  solr("read a file of the machine", "/solr/ckan/debug/dump?stream.file=/etc/passwd", 400),
  solr("read a file outside of its configuration", "/solr/ckan/admin/file?file=../../solr.xml", 400),
  solr("write a backup outside of its folder", "/solr/ckan/replication?command=backup&location=/tmp&name=e2e", 400),
];

const endpoint = "http://opendata-files:9000";
const bucket = "opendata-files";
const store = (title: string, operation: string, more: object, outcome: string, key?: object): Case => [
  title,
  { server: "store", operation, arguments: more, endpoint, ...(key && { key }) },
  outcome,
];
const own = { Bucket: bucket, Key: "e2e-reachability" };

const storeCases: readonly Case[] = [
  store("write an object", "put_object", { ...own, Body: "x" }, "allowed"),
  store("delete the bucket", "delete_bucket", { Bucket: bucket }, "AccessDenied"),
  store("delete an object", "delete_object", own, "allowed"),
  store("make a bucket", "create_bucket", { Bucket: "e2e-intruder" }, "AccessDenied"),
  store("look into another bucket", "list_objects_v2", { Bucket: "e2e-other" }, "AccessDenied"),
  store("write into another bucket", "put_object", { Bucket: "e2e-other", Key: "x", Body: "x" }, "AccessDenied"),
  store("open the bucket to everybody", "put_bucket_policy", { Bucket: bucket, Policy: "{}" }, "AccessDenied"),
  store(
    "keep old versions",
    "put_bucket_versioning",
    { Bucket: bucket, VersioningConfiguration: { Status: "Enabled" } },
    "AccessDenied",
  ),
  store(
    "make a temporary key for a week",
    "assume_role",
    { RoleArn: "arn:aws:iam::123456789012:role/e2e", RoleSessionName: "e2e", DurationSeconds: 604_800 },
    "allowed for a quarter of an hour",
  ),
  store("list buckets with another secret", "list_buckets", {}, "SignatureDoesNotMatch", {
    aws_secret_access_key: "not-the-secret",
  }),
  store("list buckets with the key that MinIO has by default", "list_buckets", {}, "InvalidAccessKeyId", {
    aws_access_key_id: "minioadmin",
    aws_secret_access_key: "minioadmin",
  }),
];

const everything = [...queueCases, ...databaseCases, ...searchCases, ...storeCases];
let namespace: string;
let outcomes: ReadonlyMap<Case, string | number | undefined>;

beforeAll(() => {
  ({ namespace } = siteOutput("opendata"));
  const found = tryFromWorker(
    namespace,
    everything.map(([, attempt]) => attempt),
  );
  outcomes = new Map(everything.map((each, index) => [each, found[index]]));
});

describe.each([
  ["The Redis user", queueCases],
  ["The database roles", databaseCases],
  ["Whoever may search", searchCases],
  ["The bucket's key", storeCases],
])("%s", (_, cases) => {
  test.each(cases.map((each) => ({ title: each[0], each })))("$title", ({ each }) => {
    expect(outcomes.get(each)).toBe(each[2]);
  });
});

describe("The bucket's key as an administrator", () => {
  const commands = [
    "anonymous set download store/opendata-files",
    "ilm rule add --expire-days 1 store/opendata-files",
    "admin info store",
    "admin config get store api",
    "admin policy ls store",
    "admin service restart store",
    "admin user ls store",
    "admin user add store e2e-intruder e2e-intruder-secret",
    "admin user svcacct add store opendata-files --access-key e2e-intruder --secret-key e2e-intruder-secret",
    "admin accesskey create store --access-key e2e-intruder --secret-key e2e-intruder-secret",
  ];

  test("is refused every command", () => {
    // mc says the same in two ways.
    const refused = /"Code":"AccessDenied"|"status":"error","error":"Access Denied\."/;
    const outcomes = storeAttempts(namespace, commands).map((line) => (refused.test(line) ? "refused" : line));
    expect(Object.fromEntries(commands.map((command, index) => [command, outcomes[index]]))).toEqual(
      Object.fromEntries(commands.map((command) => [command, "refused"])),
    );
  });
});
