/**
 * Databases and buckets at Google Cloud, through the real CLI and engine. Google's provider cannot be had here: a strict stand-in
 * takes its place (test/stand-ins/gcp.ts). Proves which operations a stack file causes, in which order they can be done, and that
 * inputs are what the SDK declares. Does not prove: that Google takes every value.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deriveSecret } from "../../components/credentials.ts";
import type { Kept, Service } from "../stand-ins/stand-in.ts";
import { Engine, readStackFile, rootSecret } from "./support/engine.ts";

const project = "example-prod";
const database = {
  kind: "cloud-sql",
  project,
  region: "europe-west3",
  name: "ckan-opendata",
  tier: "db-custom-2-7680",
  privateNetwork: "projects/example-prod/global/networks/default",
  connection: {
    kind: "auth-proxy",
    image: "gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.18.2",
    account: "ckan-opendata-sql",
  },
  importBuckets: ["example-opendata-files"],
};
const files = {
  kind: "gcs",
  project,
  location: "EUROPE-WEST3",
  bucket: "example-opendata-files",
  backups: { bucket: "example-opendata-backups" },
  accounts: "ckan-opendata",
  readers: ["group:statistics@example.org"],
};

let engine: Engine;

beforeAll(async () => {
  engine = await Engine.start(["gcp"]);
  atGoogle([]);
});

afterAll(() => engine.stop());

describe("A site at Google Cloud", () => {
  test("is previewed before anything of it exists", () => {
    configure();
    expect(atGoogleWould()).toEqual([
      "create Bucket opendata-files",
      "create Bucket opendata-files-backups",
      "create BucketIAMMember opendata-database-imports-example-opendata-files",
      "create BucketIAMMember opendata-files-backup-objectUser",
      "create BucketIAMMember opendata-files-backup-uploads-objectViewer",
      "create BucketIAMMember opendata-files-reader-group:statistics@example.org-objectViewer",
      "create BucketIAMMember opendata-files-web-legacyBucketReader",
      "create BucketIAMMember opendata-files-web-objectUser",
      "create BucketIAMMember opendata-files-worker-legacyBucketReader",
      "create BucketIAMMember opendata-files-worker-objectViewer",
      "create DatabaseInstance opendata-database",
      "create HmacKey opendata-files-key-1",
      "create HmacKey opendata-files-worker-key-1",
      "create User opendata-database-administrator",
      "create projects IAMMember opendata-database-proxy-client",
      "create serviceaccount Account opendata-database-proxy",
      "create serviceaccount Account opendata-files-backup",
      "create serviceaccount Account opendata-files-web",
      "create serviceaccount Account opendata-files-worker",
      "create serviceaccount IAMMember opendata-database-proxy",
      "create serviceaccount IAMMember opendata-files-backup",
    ]);
  });

  test("comes up: everything is there when what builds on it is made", () => {
    const { code, output } = up();
    expect([code, code === 0 ? "" : output]).toEqual([0, ""]);
    expect(engine.operations()).toEqual([]);
  });

  test("grants on each bucket exactly what the stack file says", () => {
    const account = (id: string) => `serviceAccount:${id}@${project}.iam.gserviceaccount.com`;
    const granted = kept("BucketIAMMember").map(
      ({ inputs: { bucket, role, member } }) => `${bucket} ${role} ${member}`,
    );
    expect(granted.map((one) => one.replace(/p1-\w+@/, "p1@")).sort()).toEqual([
      `example-opendata-backups roles/storage.objectUser ${account("ckan-opendata-backup")}`,
      `example-opendata-files roles/storage.legacyBucketReader ${account("ckan-opendata-web")}`,
      `example-opendata-files roles/storage.legacyBucketReader ${account("ckan-opendata-worker")}`,
      `example-opendata-files roles/storage.objectUser ${account("ckan-opendata-web")}`,
      "example-opendata-files roles/storage.objectViewer group:statistics@example.org",
      `example-opendata-files roles/storage.objectViewer ${account("ckan-opendata-backup")}`,
      `example-opendata-files roles/storage.objectViewer ${account("ckan-opendata-worker")}`,
      "example-opendata-files roles/storage.objectViewer serviceAccount:p1@gcp-sa-cloud-sql.iam.gserviceaccount.com",
    ]);
  });

  test("gives the pods of web, worker and proxy an account each, and none a token for the API server", () => {
    const pods = engine
      .kubernetes("deployments", "-n", "opendata-dev")
      .items.map((item) => (item as unknown as Deployment).spec.template.spec);
    expect(pods.map((pod) => [pod.serviceAccountName, pod.automountServiceAccountToken])).toEqual([
      ["opendata-database-proxy", false],
      ["opendata-files-web", false],
      ["opendata-files-worker", false],
    ]);
  });

  test("lets the proxy connect to the site's server alone", () => {
    const [granted] = kept("IAMMember").filter(({ type }) => type.startsWith("gcp:projects/"));
    expect(granted?.inputs["condition"]).toEqual({
      title: "server ckan-opendata",
      expression:
        'resource.name == "projects/example-prod/instances/ckan-opendata" && resource.service == "sqladmin.googleapis.com"',
    });
  });

  test("has neither the administrator's password nor the key's secret in plain text in its state", () => {
    const { output } = engine.pulumi("stack", "export");
    const secrets = [
      deriveSecret(rootSecret, "opendata", "database-administrator", 1),
      ...keySecrets(),
      ...keySecrets().map((secret) => Buffer.from(secret).toString("base64")),
    ];
    expect(output).toContain("GOOG1E");
    expect(secrets.length).toBe(5);
    expect(secrets.filter((secret) => secret === "" || output.includes(secret))).toEqual([]);
  });
});

describe("One changed value", () => {
  test("a further reader is one further right", () => {
    configure({
      files: { ...files, readers: [...files.readers, "serviceAccount:etl@other-team.iam.gserviceaccount.com"] },
    });
    expect(atGoogleWould()).toEqual([
      "create BucketIAMMember opendata-files-reader-serviceAccount:etl@other-team.iam.gserviceaccount.com-objectViewer",
    ]);
  });

  test("another hour for Google's maintenance changes the server, and replaces nothing that holds data", () => {
    configure({ database: { ...database, maintenance: { day: 6, hour: 4 } } });
    // The stand-in cannot preview an update: what reads the server's outputs is shown as changing, which it does not.
    const holding = atGoogleWould().filter((one) => !/IAMMember/.test(one));
    expect(holding).toEqual(["update DatabaseInstance opendata-database"]);
  });

  test("another name for a protected server is refused before anything is changed", () => {
    configure({}, { "ckan:protection": "protected" });
    const { code, output } = up();
    expect([code, code === 0 ? "" : output]).toEqual([0, ""]);
    configure({ database: { ...database, name: "ckan-other" } }, { "ckan:protection": "protected" });
    const refused = engine.pulumi("preview");
    expect(refused.code).toBe(1);
    expect(refused.output).toMatch(
      /unable to replace resource ".*::opendata-database"\s+as it is currently marked for/,
    );
    expect(kept("DatabaseInstance").map(({ inputs }) => inputs["name"])).toEqual(["ckan-opendata"]);
  });

  test("a raised generation of the files' keys makes second keys, and ends the first when the pods have the second", () => {
    configure({ generations: { files: 2 } }, { "ckan:protection": "protected" });
    expect(atGoogleWould()).toEqual([
      "create HmacKey opendata-files-key-2",
      "create HmacKey opendata-files-worker-key-2",
      "delete HmacKey opendata-files-key-1",
      "delete HmacKey opendata-files-worker-key-1",
    ]);
    const { code, output } = up();
    expect([code, code === 0 ? "" : output]).toEqual([0, ""]);
    const ended = output.search(/HmacKey opendata-files-key-1 deleted/);
    const moved = output.search(/Deployment opendata-web updated/);
    expect([moved > 0, ended > moved]).toEqual([true, true]);
    expect(kept("HmacKey").length).toBe(2);
  });
});

interface Deployment {
  readonly spec: {
    readonly template: {
      readonly spec: { readonly serviceAccountName?: string; readonly automountServiceAccountToken?: boolean };
    };
  };
}

function up() {
  return engine.pulumi("up", "--yes", "--skip-preview");
}

/** The dev stack with its databases and files at Google. */
function configure(changes: object = {}, more: object = {}): void {
  const config = readStackFile("dev");
  const defaults = config["ckan:defaults"] as Record<string, unknown>;
  engine.write({ ...config, "ckan:defaults": { ...defaults, database, files, ...changes }, ...more });
  engine.setSecret("rootSecret", rootSecret);
}

/** What a preview would do at Google. */
function atGoogleWould(): readonly string[] {
  return engine
    .operations()
    .filter(({ urn }) => /\$gcp:/.test(urn))
    .map(short)
    .sort();
}

/** An operation without the path of its URN; names of kinds that Google has twice say which. */
function short({ op, urn }: { readonly op: string; readonly urn: string }): string {
  const [, , types = "", name = ""] = urn.split("::");
  const [, module = "", kind = ""] = (types.split("$").at(-1) ?? "").split(":");
  const place = /^(?:Account|IAMMember)$/.test(kind) ? `${module.split("/")[0]} ` : "";
  return `${op} ${place}${kind} ${name}`;
}

function atGoogle(resources: readonly Kept[]): void {
  writeFileSync(engine.standInState("gcp"), JSON.stringify({ resources, facts: {} }));
}

function kept(kind: string): readonly Kept[] {
  const { resources } = JSON.parse(readFileSync(engine.standInState("gcp"), "utf8")) as Service;
  return resources.filter(({ type }) => type.endsWith(`:${kind}`));
}

/** What the stand-in gave as the secrets of the keys, from the Secrets in the cluster. */
function keySecrets(): readonly string[] {
  const secrets = engine
    .kubernetes("secrets", "-n", "opendata-dev")
    .items.filter(({ metadata }) => /^opendata-files-(?:worker-)?key/.test(metadata.name))
    .map((item) => (item as unknown as { data: Record<string, string> }).data["secret-key"] ?? "");
  return secrets.map((secret) => Buffer.from(secret, "base64").toString());
}
