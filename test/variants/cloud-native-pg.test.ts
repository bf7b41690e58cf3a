/**
 * A second site beside the dev environment's, whose databases CloudNativePG runs: the operator itself, built from its source. Proves that
 * it takes what is declared, under the site's network policies, and that CKAN works with the roles and databases that it makes; that a
 * standby takes over. Does not prove: several nodes and zones, backups, the pooler, the operator's own images of PostgreSQL.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installOperator, removeOperator } from "../../toolchain/operators.ts";
import { kubectl, succeed } from "../e2e/support/commands.ts";
import { eventually } from "../e2e/support/site.ts";
import { csvOf, loaded } from "../faults/support/site-data.ts";
import { instances, stackDefaults, upWith } from "../faults/support/stack.ts";
import { type SecondSite, startSecondSite } from "./support/second-site.ts";

const name = "elephants";
const namespace = `${name}-dev`;
const nodePort = 30502;
const rows = 5_000;

let site: SecondSite;

beforeAll(async () => {
  await installOperator("cloud-native-pg");
  site = await startSecondSite(name, nodePort, declare, csvOf(rows));
});

afterAll(async () => {
  site?.stop();
  await removeOperator("cloud-native-pg");
});

test("a second up has nothing to do", () => {
  expect(declare().stdout).toMatch(/Resources:\n\s+\d+ unchanged/);
});

test("rows of a private file are loaded, every one", async () => {
  await loaded(site.admin, site.file.id, rows, 300);
});

describe("The roles that the operator made", () => {
  test("are nobody's superuser", () => {
    expect(
      sql("SELECT rolname FROM pg_roles WHERE rolname ~ 'elephants' AND (rolsuper OR rolcreaterole OR rolcreatedb)"),
    ).toBe("");
  });

  test("let the reader read the datastore, write nothing, and leave the main database alone", () => {
    const answers = ["SELECT", "INSERT", "UPDATE", "DELETE"].map((right) =>
      sql(`SELECT has_table_privilege('reader_${name}', '"${site.file.id}"', '${right}')`, `datastore_${name}`),
    );
    expect(answers).toEqual(["t", "f", "f", "f"]);
    expect(sql(`SELECT has_database_privilege('reader_${name}', 'ckan_${name}', 'CONNECT')`)).toBe("f");
  });
});

test("the standby takes over when the first server is gone, with every row", async () => {
  const first = primary();
  succeed(kubectl(["-n", namespace, "delete", "pod", first, "--grace-period=0", "--force"]));
  await eventually(
    async () => primary(),
    (server) => server !== first,
    180,
  );
  await eventually(rowsAnswered, (total) => total === rows, 120);
});

/** How many rows the site says there are; nothing while it has no database to ask. */
async function rowsAnswered(): Promise<number | undefined> {
  const question = { resource_id: site.file.id, limit: 0 };
  const answer = await site.admin.try<{ total: number }>("datastore_search", question).catch(() => undefined);
  return answer?.result?.total;
}

/** The stack file's sites and this one. */
function declare() {
  const database = { kind: "cloud-native-pg", image: stackDefaults.database.image, instances: 2, storage: "1Gi" };
  const instance = { ...instances["opendata"], exposure: { kind: "node-port", nodePort }, database };
  return upWith({ "ckan:instances": { ...instances, [name]: instance } });
}

function primary(): string {
  const path = "jsonpath={.status.currentPrimary}";
  return succeed(kubectl(["-n", namespace, "get", "clusters.postgresql.cnpg.io", `${name}-database`, "-o", path]));
}

/** The answer to a statement, as the servers' own superuser. */
function sql(statement: string, database = "postgres"): string {
  const psql = [
    "psql",
    "--no-psqlrc",
    "--tuples-only",
    "--no-align",
    "--username=postgres",
    `--dbname=${database}`,
    "--file=-",
  ];
  return succeed(
    kubectl(["-n", namespace, "exec", "-i", primary(), "-c", "postgres", "--", ...psql], statement),
  ).trim();
}
