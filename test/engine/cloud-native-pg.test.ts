/**
 * Databases that CloudNativePG runs, through the real CLI, engine and API server with the real definitions of its kinds, of its Barman
 * Cloud plugin and of Prometheus' operator: the server knows every field. The test plays the operator. Does not prove: that a real
 * operator makes of it what its documentation says.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { customResourceDefinitions } from "../../toolchain/crds.ts";
import { operated } from "../support/configuration.ts";
import { withControllers } from "./support/controllers.ts";
import { Engine, readStackFile, rootSecret } from "./support/engine.ts";

const { database } = operated;
const operator = ["Cluster", "Database", "Pooler"];
const kinds =
  "clusters.postgresql.cnpg.io,databases.postgresql.cnpg.io,poolers,scheduledbackups,objectstores,podmonitors";

let engine: Engine;

beforeAll(async () => {
  engine = await Engine.start();
  for (const project of ["cloud-native-pg", "barman-cloud", "prometheus-operator"] as const) {
    const files = (await customResourceDefinitions(project)).flatMap((file) => ["-f", file]);
    engine.kubectl("apply", "--server-side", ...files);
  }
  engine.kubectl("wait", "crd", "--all", "--for=condition=Established", "--timeout=60s");
});

afterAll(() => engine.stop());

describe("A site with databases of CloudNativePG", () => {
  test("waits for the operator, and does not come up without it", async () => {
    configure();
    const running = engine.begin("up", "--yes", "--skip-preview");
    await expect.poll(clusters, { timeout: 120_000, interval: 500 }).toEqual(["opendata-database"]);
    // Everything else is there by now, and the databases in it wait for their server.
    await sleep(5000);
    running.kill();
    await running.ended;
    expect(engine.kubernetes("databases.postgresql.cnpg.io", "-n", "opendata-dev").items).toEqual([]);
    expect(engine.pulumi("cancel", "--yes").code).toBe(0);
  });

  test("comes up with it, and has nothing to do afterwards", async () => {
    const { code, output } = await withControllers(engine, engine.begin("up", "--yes", "--skip-preview"), operator);
    expect([code, code === 0 ? "" : output]).toEqual([0, ""]);
    expect(engine.operations()).toEqual([]);
  });

  test("has these objects, each of which the API server took with every field", () => {
    const objects = engine.kubernetes(kinds, "-n", "opendata-dev").items;
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort()).toEqual([
      "Cluster opendata-database",
      "Database opendata-database-datastore",
      "ObjectStore opendata-database-archive",
      "PodMonitor opendata-database",
      "Pooler opendata-database-pooler",
      "ScheduledBackup opendata-database-backup",
    ]);
  });

  test("gives the bootstrap no administrator: the operator makes roles and databases", () => {
    const [job] = engine.kubernetes("jobs", "-n", "opendata-dev", "-l", "app.kubernetes.io/component=bootstrap").items;
    const text = JSON.stringify(job);
    expect(text).toContain("DATABASE_USER");
    expect(text).not.toContain("DATABASE_ADMINISTRATOR");
  });
});

describe("One changed value", () => {
  test.each([
    ["a larger volume", { storage: "40Gi" }, ["update Cluster opendata-database"]],
    [
      "another schedule",
      { backup: { ...database.backup, schedule: "0 0 3 * * *" } },
      ["update ScheduledBackup opendata-database-backup"],
    ],
    [
      "a longer memory",
      { backup: { ...database.backup, retention: "90d" } },
      ["update ObjectStore opendata-database-archive"],
    ],
    [
      "no Prometheus any more",
      { prometheusNamespace: undefined },
      ["update NetworkPolicy opendata-database", "delete PodMonitor opendata-database"],
    ],
  ])("%s", (_name, changes, expected) => {
    configure(changes);
    expect(operations()).toEqual(expected);
  });

  test("a value that the definitions do not know is refused by the API server", () => {
    configure({ pooler: { instances: 2, mode: "session" } });
    const [pooler] = engine.kubernetes("poolers", "-n", "opendata-dev").items;
    const patch = JSON.stringify({ spec: { pgbouncer: { poolMode: "statement" } } });
    const name = pooler?.metadata.name ?? "";
    expect(() => engine.kubectl("patch", "poolers", name, "-n", "opendata-dev", "--type=merge", "-p", patch)).toThrow(
      /Unsupported value: "statement"/,
    );
  });
});

function clusters(): readonly string[] {
  return engine
    .kubernetes("clusters.postgresql.cnpg.io", "--all-namespaces")
    .items.map(({ metadata }) => metadata.name);
}

/** The dev stack with its databases run by the operator. */
function configure(changes: object = {}): void {
  const config = readStackFile("dev");
  const defaults = config["ckan:defaults"] as Record<string, unknown>;
  engine.write({ ...config, "ckan:defaults": { ...defaults, database: { ...database, ...changes } } });
  engine.setSecret("rootSecret", rootSecret);
  engine.setSecret("archiveAccessKey", "access-key-of-the-archive");
  engine.setSecret("archiveSecretKey", "secret-key-of-the-archive");
}

function operations(): readonly string[] {
  return engine.operations().map(({ op, urn }) => {
    const [, , types = "", name = ""] = urn.split("::");
    return `${op} ${types.split(":").at(-1)} ${name}`;
  });
}
