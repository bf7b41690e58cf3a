/**
 * Databases and buckets at Google Cloud, through the real CLI and engine. Google's own provider does it wherever its plugin is found, and
 * Google's API is played (test/fakes/google-api); elsewhere a strict fake does what that one was seen to do
 * (test/fakes/gcp.ts), which each run says. Proves which operations a stack file causes, and in which order they can be done. Does
 * not prove: that Google takes every value.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deriveSecret } from "../../components/site/credentials.ts";
import { Engine, rootSecret } from "./support/engine.ts";
import { atGoogleWould, configure, database, files, project, up } from "./support/google-site.ts";

let engine: Engine;

beforeAll(async () => {
  engine = await Engine.start(["gcp"]);
});

afterAll(() => engine.stop());

describe("A site at Google Cloud", () => {
  test("is previewed before anything of it exists", () => {
    configure(engine);
    expect(atGoogleWould(engine)).toEqual([
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
    expect(up(engine)).toBe("");
    expect(engine.operations()).toEqual([]);
  });

  test("grants on each bucket exactly what the stack file says", () => {
    const account = (id: string) => `serviceAccount:${id}@${project}.iam.gserviceaccount.com`;
    expect(engine.google.grants().map((one) => one.replace(/p\d+-\w+@/, "p1@"))).toEqual([
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
    expect(engine.google.conditions()).toEqual([
      {
        title: "server ckan-opendata",
        expression:
          'resource.name == "projects/example-prod/instances/ckan-opendata" && resource.service == "sqladmin.googleapis.com"',
      },
    ]);
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
    configure(engine, {
      files: { ...files, readers: [...files.readers, "serviceAccount:etl@other-team.iam.gserviceaccount.com"] },
    });
    expect(atGoogleWould(engine)).toEqual([
      "create BucketIAMMember opendata-files-reader-serviceAccount:etl@other-team.iam.gserviceaccount.com-objectViewer",
    ]);
  });

  test("another hour for Google's maintenance changes the server, and replaces nothing that holds data", () => {
    configure(engine, { database: { ...database, maintenance: { day: 6, hour: 4 } } });
    // The fake cannot preview an update: what reads the server's outputs is shown as changing, which it does not.
    const changed = atGoogleWould(engine).filter((one) => engine.google.call !== undefined || !/IAMMember/.test(one));
    expect(changed).toEqual(["update DatabaseInstance opendata-database"]);
  });

  test("another name for a protected server is refused before anything is changed", () => {
    configure(engine, {}, { "ckan:protection": "protected" });
    expect(up(engine)).toBe("");
    configure(engine, { database: { ...database, name: "ckan-other" } }, { "ckan:protection": "protected" });
    const refused = engine.pulumi("preview");
    expect(refused.code).toBe(1);
    expect(refused.output).toMatch(
      /unable to replace resource ".*::opendata-database"\s+as it is currently marked for/,
    );
    expect(engine.google.servers()).toEqual(["ckan-opendata"]);
  });

  test("a raised generation of the files' keys makes second keys, and ends the first when the pods have the second", () => {
    configure(engine, { generations: { files: 2 } }, { "ckan:protection": "protected" });
    expect(atGoogleWould(engine)).toEqual([
      "create HmacKey opendata-files-key-2",
      "create HmacKey opendata-files-worker-key-2",
      "delete HmacKey opendata-files-key-1",
      "delete HmacKey opendata-files-worker-key-1",
    ]);
    const { code, output } = engine.pulumi("up", "--yes", "--skip-preview");
    expect([code, code === 0 ? "" : output]).toEqual([0, ""]);
    const ended = output.search(/HmacKey opendata-files-key-1 deleted/);
    const moved = output.search(/Deployment opendata-web updated/);
    expect([moved > 0, ended > moved]).toEqual([true, true]);
    expect(engine.google.keys()).toBe(2);
  });
});

interface Deployment {
  readonly spec: {
    readonly template: {
      readonly spec: { readonly serviceAccountName?: string; readonly automountServiceAccountToken?: boolean };
    };
  };
}

/** What Google gave as the secrets of the keys, from the Secrets in the cluster. */
function keySecrets(): readonly string[] {
  const secrets = engine
    .kubernetes("secrets", "-n", "opendata-dev")
    .items.filter(({ metadata }) => /^opendata-files-(?:worker-)?key/.test(metadata.name))
    .map((item) => (item as unknown as { data: Record<string, string> }).data["secret-key"] ?? "");
  return secrets.map((secret) => Buffer.from(secret, "base64").toString());
}
