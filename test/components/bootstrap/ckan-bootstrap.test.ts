import { describe, expect, test } from "vitest";
import { bootstrapScripts } from "../../../ckan/scripts.ts";
import { CkanBootstrap } from "../../../components/bootstrap/ckan-bootstrap.ts";
import { Credentials, deriveSecret } from "../../../components/site/credentials.ts";
import type { SecretReference } from "../../../components/site/endpoints.ts";
import {
  alone,
  credentials,
  describeComponent,
  nameOf,
  namespace,
  podOf,
  secretData,
} from "../../support/component.ts";
import { rootSecret } from "../../support/configuration.ts";
import { database, runtime } from "../../support/endpoints.ts";
import { find } from "../../support/program.ts";

const secret = "core/v1:Secret opendata-bootstrap-administrator";
const job = "batch/v1:Job opendata-bootstrap";

const bootstrapOf = (plugins: readonly string[], dataPusherTokenId?: SecretReference, derivation = credentials()) => ({
  component: "CkanBootstrap opendata-bootstrap",
  declare: (opts: object) =>
    new CkanBootstrap(
      "opendata-bootstrap",
      {
        namespace,
        credentials: derivation,
        runtime,
        database,
        waitFor: ["db.example.org:5432", "solr.example.org:8983"],
        plugins,
        administrator: { name: "ckan-admin", email: "data@example.org" },
        xloaderTokenId: { secretName: "keys", key: "xloader-token-id" },
        dataPusherTokenId,
      },
      opts,
    ),
  children: [
    job,
    "core/v1:ConfigMap opendata-bootstrap",
    secret,
    "networking.k8s.io/v1:NetworkPolicy opendata-bootstrap",
  ],
  secrets: { [secret]: ["password"] },
});
const bootstrap = bootstrapOf(["datastore", "xloader", "envvars"]);

describeComponent("the bootstrap", bootstrap);

test("the sysadmin's password is derived", async () => {
  const { resources } = await alone(bootstrap);
  expect(secretData(find(resources, secret))).toEqual({
    password: deriveSecret(rootSecret, "opendata", "administrator", 1),
  });
});

describe("the Job", () => {
  test("knows what its script reads, after CKAN's own connections", async () => {
    const { resources } = await alone(bootstrap);
    const from = (name: string, key: string) => ({ valueFrom: { secretKeyRef: { name, key } } });
    expect(podOf(find(resources, job)).containers[0]?.env).toEqual([
      { name: "CKAN_INI", value: "/etc/ckan/ckan.ini" },
      { name: "WAIT_FOR", value: "db.example.org:5432 solr.example.org:8983" },
      { name: "WAIT_SECONDS", value: "420" },
      { name: "DATABASE_HOST", value: "db.example.org" },
      { name: "DATABASE_PORT", value: "5432" },
      { name: "DATABASE_SSL_MODE", value: "require" },
      { name: "DATABASE_ADMINISTRATOR", value: "provisioner" },
      { name: "DATABASE_ADMINISTRATOR_PASSWORD", ...from("administrator", "password") },
      { name: "DATABASE_NAME", value: "opendata" },
      { name: "DATABASE_USER", value: "opendata" },
      { name: "DATASTORE", value: "true" },
      { name: "DATASTORE_NAME", value: "datastore_opendata" },
      { name: "DATASTORE_READER_USER", value: "reader_opendata" },
      { name: "ADMINISTRATOR_NAME", value: "ckan-admin" },
      { name: "ADMINISTRATOR_EMAIL", value: "data@example.org" },
      { name: "ADMINISTRATOR_GENERATION", value: "1" },
      { name: "ADMINISTRATOR_PASSWORD", ...from(nameOf(find(resources, secret)), "password") },
      { name: "XLOADER_TOKEN_ID", ...from("keys", "xloader-token-id") },
    ]);
  });

  test("sets the sysadmin's password once for a new root secret, which it knows by a word", async () => {
    const changed = new Credentials({ rootSecret, previousRootSecret: "the one before", instance: "opendata" });
    const { resources } = await alone(bootstrapOf(["datastore"], undefined, changed));
    const env = podOf(find(resources, job)).containers[0]?.env ?? [];
    expect(env.filter(({ name }) => name === "ADMINISTRATOR_NEW_ROOT")).toEqual([
      { name: "ADMINISTRATOR_NEW_ROOT", value: changed.newRoot },
    ]);
  });

  test("makes DataPusher's token known where it is used", async () => {
    const dataPusherTokenId = { secretName: "keys", key: "datapusher-token-id" };
    const { resources } = await alone(bootstrapOf(["datastore", "datapusher", "envvars"], dataPusherTokenId));
    const env = podOf(find(resources, job)).containers[0]?.env ?? [];
    expect(env.filter(({ name }) => name.endsWith("_TOKEN_ID"))).toEqual([
      { name: "DATAPUSHER_TOKEN_ID", valueFrom: { secretKeyRef: { name: "keys", key: "datapusher-token-id" } } },
    ]);
  });

  test("without datastore and XLoader sets up neither", async () => {
    const { resources } = await alone(bootstrapOf(["envvars"]));
    const env = podOf(find(resources, job)).containers[0]?.env ?? [];
    expect(env.filter(({ name }) => ["DATASTORE", "XLOADER_TOKEN_ID"].includes(name))).toEqual([
      { name: "DATASTORE", value: "false" },
    ]);
  });

  test("starts after its network policy, and ends after a time", async () => {
    const { resources } = await alone(bootstrap);
    const { inputs, dependencies } = find(resources, job);
    expect(dependencies).toContain(find(resources, "networking.k8s.io/v1:NetworkPolicy opendata-bootstrap").urn);
    const { spec } = inputs as { spec: Record<string, unknown> };
    expect([spec["backoffLimit"], spec["activeDeadlineSeconds"]]).toEqual([2, 3600]);
    expect(podOf(find(resources, job))).toMatchObject({ restartPolicy: "Never" });
  });

  test("may end a migration when its pod has to leave", async () => {
    const { resources } = await alone(bootstrap);
    expect(podOf(find(resources, job))).toMatchObject({ terminationGracePeriodSeconds: 1800 });
  });

  test("mounts every script under the name by which the others import it", async () => {
    const { resources } = await alone(bootstrap);
    const { data } = find(resources, "core/v1:ConfigMap opendata-bootstrap").inputs as { data: Record<string, string> };
    const imported = Object.values(data).flatMap((text) =>
      [...text.matchAll(/^from (\w+) import/gm)].map(([, name]) => name),
    );
    const others = ["psycopg2", "typing"];
    expect([...new Set(imported)].filter((name) => !others.includes(name ?? "")).sort()).toEqual(
      Object.keys(data)
        .filter((name) => name !== "bootstrap.py")
        .map((name) => name.replace(".py", "")),
    );
  });
});

/** What the scripts read without a default; the pod's own environment gives it, or CKAN's. */
test("every variable that the scripts need is one that the Job or CKAN's environment sets", async () => {
  const { resources } = await alone(bootstrap);
  const set = (podOf(find(resources, job)).containers[0]?.env ?? []).map(({ name }) => name);
  const text = Object.values(bootstrapScripts).join("\n");
  const read = [...text.matchAll(/environ(?:\.get\(|\[)"([A-Z_]+)"/g)].map(([, name]) => name ?? "");
  expect([...new Set(read)].filter((name) => !set.includes(name)).sort()).toEqual([
    "ADMINISTRATOR_NEW_ROOT", // while the root secret changes
    "DATABASE_PASSWORD",
    "DATAPUSHER_TOKEN_ID", // where DataPusher is used
    "DATASTORE_READER_PASSWORD",
  ]);
});
