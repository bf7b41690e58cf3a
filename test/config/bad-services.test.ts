/** Databases and buckets that others run: a bad setting gives one line that says what to write, and declares nothing. */
import { expect, test } from "vitest";
import { expectedMachine } from "../../components/database/cloud-sql-machines.ts";
import { instance, stackFile } from "../support/configuration.ts";
import { refusalOf } from "../support/program.ts";

const cloudSql = {
  kind: "cloud-sql",
  project: "example-prod",
  region: "europe-west3",
  name: "ckan-opendata",
  tier: "db-custom-2-7680",
  privateNetwork: "projects/example-prod/global/networks/default",
};
const gcs = {
  kind: "gcs",
  project: "example-prod",
  location: "EUROPE-WEST3",
  bucket: "example-opendata-files",
  accounts: "ckan-opendata",
};
const cnpg = { kind: "cloud-native-pg", image: "ghcr.io/cloudnative-pg/postgresql:17.6" };
const archive = {
  kind: "s3",
  destination: "s3://backups/opendata",
  endpoint: "https://s3.example.org",
  accessKeyFrom: "archiveAccessKey",
  secretKeyFrom: "archiveSecretKey",
};
const database = (settings: object) => stackFile({ opendata: { database: settings } });
const files = (changes: object) => stackFile({ opendata: { files: { ...gcs, ...changes } } });
const without = (settings: object, key: string) =>
  Object.fromEntries(Object.entries(settings).filter(([name]) => name !== key));
const bucketName =
  "expected a bucket name such as example-opendata-files: 3 to 63 lower-case letters, digits, hyphens and _, without dots, not beginning with goog";
const reader =
  "expected a principal such as group:statistics@example.org or serviceAccount:etl@example.iam.gserviceaccount.com; never allUsers";
const others = "only external and cloud-sql can be administered by pulumi";

test.each([
  [
    "an unknown kind of database",
    database({ kind: "rds" }),
    'database.kind: expected kind: in-cluster, cloud-native-pg, cloud-sql or external, got "rds"',
  ],
  [
    "administration by Pulumi of a server inside the cluster",
    database({ ...instance.database, administration: "pulumi" }),
    `database.administration: expected nothing here: nobody outside the cluster reaches this server, so the bootstrap administers it; ${others}, got "pulumi"`,
  ],
  [
    "administration by Pulumi of what an operator runs",
    database({ ...cnpg, administration: "pulumi" }),
    `database.administration: expected nothing here: the operator makes the roles and databases; ${others}, got "pulumi"`,
  ],
  [
    "administration by somebody else",
    database({ ...cloudSql, administration: "hand" }),
    'database.administration: expected administration: cluster or pulumi, got "hand"',
  ],
  [
    "Cloud SQL without a region",
    database(without(cloudSql, "region")),
    "database.region: expected a region of Google Cloud such as europe-west3, got nothing",
  ],
  [
    "a zone for a region",
    database({ ...cloudSql, region: "europe-west3-a" }),
    'database.region: expected a region of Google Cloud such as europe-west3, not a zone, got "europe-west3-a"',
  ],
  [
    "Cloud SQL with a public address and no authorized network",
    database(without(cloudSql, "privateNetwork")),
    "database.privateNetwork: expected a VPC network such as projects/example/global/networks/default, or authorizedNetworks for a public address: nobody would reach the server, got nothing",
  ],
  [
    "logs for more days than the edition keeps",
    database({ ...cloudSql, backup: { logDays: 14 } }),
    "database.backup.logDays: expected 1 to 7 days: more need edition: ENTERPRISE_PLUS, got 14",
  ],
  [
    "fewer backups than days of logs",
    database({ ...cloudSql, backup: { retained: 3 } }),
    "database.backup.retained: expected at least as many backups as backup.logDays: logs are read from a backup on, got 3",
  ],
  [
    "a machine of the other edition",
    database({ ...cloudSql, tier: "db-perf-optimized-N-2" }),
    `database.tier: ${expectedMachine.ENTERPRISE}, got "db-perf-optimized-N-2"`,
  ],
  [
    "a custom machine with ENTERPRISE_PLUS",
    database({ ...cloudSql, edition: "ENTERPRISE_PLUS" }),
    `database.tier: ${expectedMachine.ENTERPRISE_PLUS}, got "db-custom-2-7680"`,
  ],
  [
    "a version that CKAN's datastore does not know",
    database({ ...cloudSql, version: "POSTGRES_14" }),
    'database.version: expected POSTGRES_15 or newer such as POSTGRES_17, got "POSTGRES_14"',
  ],
  [
    "a flag that is no text",
    database({ ...cloudSql, flags: { work_mem: 8192 } }),
    "database.flags.work_mem: expected text, got 8192",
  ],
  [
    "a schedule of five fields",
    database({ ...cnpg, backup: { store: archive, schedule: "30 1 * * *" } }),
    'database.backup.schedule: expected six fields such as 0 30 1 * * *, seconds first, got "30 1 * * *"',
  ],
  [
    "a place for backups that is a URL of the web",
    database({ ...cnpg, backup: { store: { ...archive, destination: "https://s3.example.org/backups" } } }),
    'database.backup.store.destination: expected a place such as s3://backups/opendata, got "https://s3.example.org/backups"',
  ],
  [
    "a bucket's name with dots",
    files({ bucket: "files.data.example.org" }),
    `files.bucket: ${bucketName}, got "files.data.example.org"`,
  ],
  ["a bucket's name in capitals", files({ bucket: "Files" }), `files.bucket: ${bucketName}, got "Files"`],
  [
    "a bucket's name that is Google's",
    files({ bucket: "goog-files" }),
    `files.bucket: ${bucketName}, got "goog-files"`,
  ],
  [
    "a zone for a bucket's location",
    files({ location: "europe-west3-a" }),
    'files.location: expected a location in capitals such as EUROPE-WEST3 or EU, not a zone, got "europe-west3-a"',
  ],
  [
    "a reader without a kind",
    files({ readers: ["etl@example.org"] }),
    `files.readers.0: ${reader}, got "etl@example.org"`,
  ],
  [
    "no network for Google's APIs",
    files({ apiNetworks: [] }),
    "files.apiNetworks: expected at least one network such as 10.20.0.5/32, got []",
  ],
  ["everybody as a reader", files({ readers: ["allUsers"] }), `files.readers.0: ${reader}, got "allUsers"`],
  [
    "accounts whose ids would be too long",
    files({ accounts: "ckan-opendata-production" }),
    'files.accounts: expected at most 23 characters: -web, -worker and -backup follow, and Google takes 30, got "ckan-opendata-production"',
  ],
])("%s", async (_name, file, line) => {
  expect(await refusalOf(file)).toEqual({
    message: `The stack file has 1 mistake; nothing was created or changed:\n  ckan:instances.opendata.${line}`,
    registered: 0,
  });
});

test("the keys of an archive that nobody set, each with the command that sets it", async () => {
  const { message } = await refusalOf(database({ ...cnpg, backup: { store: archive } }));
  expect(message).toContain(
    "ckan:archiveAccessKey: expected a secret, because instances.opendata.database.backup.store.accessKeyFrom names it: run pulumi config set --secret ckan:archiveAccessKey",
  );
  expect(message).toContain("run pulumi config set --secret ckan:archiveSecretKey");
});

test("two sites with one server, one bucket and one name for their accounts", async () => {
  const site = (host: string) => ({ host, database: cloudSql, files: gcs });
  const { message } = await refusalOf(stackFile({ a: site("a.example.org"), b: site("b.example.org") }));
  expect(message.split("\n").slice(1)).toEqual([
    '  ckan:instances.b.database.name: expected a server of its own: a has it already, got "example-prod/ckan-opendata"',
    '  ckan:instances.b.files.accounts: expected service accounts of its own: a has it already, got "example-prod/ckan-opendata"',
    '  ckan:instances.b.files.bucket: expected a bucket of its own: a has it already, got "example-opendata-files"',
  ]);
});
