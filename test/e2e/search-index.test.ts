/**
 * A search index that does not say what the database says, as after a restore, and a dataset that cannot be indexed: what the next
 * bootstrap makes of them, on the running dev site. Proves that a search shows what is in the database and nothing else, and that one
 * dataset holds up no release. Does not prove: how long an index of many datasets takes (docs/benchmarks.md).
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { list } from "./support/cluster.ts";
import { kubectl, succeed } from "./support/commands.ts";
import { removeJobs, runJobsAgain } from "./support/full-start.ts";
import { Client, logIn, type SiteOutput, siteOutput } from "./support/site.ts";

const organization = "e2e-index-office";
const immense = "e2e-index-immense";
const restored = "e2e-index-restored";
const hidden = "e2e-index-hidden";
const orphan = "e2e-index-orphan";
const doubled = "e2e-index-doubled";
const double = "e2e-index-second-entry";
const neighbour = "e2e-index-of-another-site";
const datasets = [immense, restored, hidden, doubled];

let site: SiteOutput;
let admin: Client;
let stranger: Client;
const ids: Record<string, string> = {};

beforeAll(async () => {
  site = siteOutput("opendata");
  admin = new Client(site.url, await logIn(site.url, site.adminName, site.adminPassword));
  stranger = new Client(site.url);
  await removeLeftovers();
  await admin.call("organization_create", { name: organization });
  for (const name of datasets) {
    const input = { name, title: `${name} of today`, owner_org: organization };
    ids[name] = (await admin.call<{ id: string }>("package_create", input)).id;
  }
  asCkan(restore);
});

afterAll(removeLeftovers);

/**
 * What a restore of the database leaves. CKAN itself refuses a field over 32,766 bytes (an "immense term"); data of earlier versions, or
 * that were brought in past it, have them. Private alone is what CKAN changes for many datasets at once, without a new time.
 */
const restore = `
earlier = "metadata_modified = metadata_modified - interval '1 day'"
sql(f"UPDATE package SET {earlier} WHERE name = '${immense}'")
sql("INSERT INTO package_extra (id, package_id, key, value, state) SELECT 'e2e-immense', id, 'spatial', repeat('x', 40000), 'active' "
    "FROM package WHERE name = '${immense}'")
sql(f"UPDATE package SET title = 'Title of the backup', {earlier} WHERE name = '${restored}'")
sql("UPDATE package SET private = true WHERE name = '${hidden}'")
def add(entry, id, name, of_site):
    solr.add([{"index_id": entry, "id": id, "name": name, "title": entry, "site_id": of_site, "entity_type": "package",
        "state": "active", "capacity": "public", "permission_labels": ["public"], "metadata_modified": "2024-01-01T00:00:00Z",
        "data_dict": "{}", "validated_data_dict": json.dumps({"name": name, "title": entry})}], commit=True)
add("${orphan}", "${orphan}", "${orphan}", site)
add("${neighbour}", "${neighbour}", "${neighbour}", "e2e-another-site")
# Of another dataset, a second entry that CKAN never updates (ckan/ckan#9159).
add("${double}", next(iter(solr.search("name:${doubled}")))["id"], "${doubled}", site)
`;

test("before it, a search shows strangers what is private and what is gone", async () => {
  expect(await found(stranger)).toEqual([...datasets.map((name) => `${name} of today`).sort(), orphan, double].sort());
});

test("the bootstrap succeeds, and names the dataset that cannot be indexed with the reason in one line", async () => {
  const log = await bootstrapAgain();
  const warnings = log.split("\n").filter((line) => line.includes("WARNING"));
  expect(warnings).toEqual([
    expect.stringContaining(
      `the dataset ${immense} (${ids[immense]}) cannot be indexed and is not found by a search: `,
    ),
    expect.stringMatching(/1 of \d+ datasets are not found by a search/),
  ]);
  expect(warnings[0]).toContain('at least one immense term in field="spatial"');
  expect(log).toMatch(/lacks 1 and has 3 as they were; 2 have entries that must go/);
});

test("after it, a search shows what the database has, to those who may see it", async () => {
  const open = ["Title of the backup", `${doubled} of today`];
  expect(await found(stranger)).toEqual(open);
  expect(await found(admin)).toEqual([...open, `${hidden} of today`]);
});

test("the dataset that cannot be indexed has its page nevertheless", async () => {
  const response = await stranger.get(`/dataset/${immense}`);
  expect([response.status, await response.text()]).toEqual([200, expect.stringContaining(`${immense} of today`)]);
});

test("another site in the same core keeps its entries", () => {
  const ask = `print(solr.search("id:${neighbour}", rows=0).hits)`;
  expect(asCkan(ask).trim()).toBe("1");
});

test("the next bootstrap tries that dataset once, and leaves all others alone", async () => {
  const log = await bootstrapAgain();
  expect(log).toMatch(/lacks 1 and has 0 as they were; 0 have entries that must go/);
  expect(log).toContain("indexed 1 of 1 datasets");
});

/** Titles of this file's datasets that somebody finds, sorted. */
async function found(client: Client): Promise<readonly string[]> {
  const query = { q: "name:e2e-index-*", include_private: true, rows: 100 };
  const { results } = await client.call<{ results: { title: string }[] }>("package_search", query);
  return results.map(({ title }) => title).sort();
}

/** Runs the bootstrap once more; what it printed. */
async function bootstrapAgain(): Promise<string> {
  await runJobsAgain(site.namespace, () => undefined);
  const again = list("jobs", site.namespace).find(({ metadata }) => /^e2e-.*-bootstrap-/.test(metadata.name));
  return succeed(kubectl(["logs", "--namespace", site.namespace, `job/${again?.metadata.name}`]));
}

/** Runs Python where CKAN's database and index can be reached, with CKAN's own credentials. */
function asCkan(program: string): string {
  const prelude = `
import json, os, psycopg2, pysolr
connection = psycopg2.connect(os.environ["CKAN_SQLALCHEMY_URL"])
connection.autocommit = True
sql = lambda statement: connection.cursor().execute(statement)
solr = pysolr.Solr(os.environ["CKAN_SOLR_URL"])
site = next(line.split("=")[1].strip() for line in open(os.environ["CKAN_INI"]) if line.startswith("ckan.site_id"))
`;
  const pod = ["exec", "-i", "--namespace", site.namespace, "deploy/opendata-worker", "--"];
  return succeed(kubectl([...pod, "python3", "-"], prelude + program));
}

async function removeLeftovers(): Promise<void> {
  removeJobs();
  asCkan(`
sql("DELETE FROM package_extra WHERE id = 'e2e-immense'")
solr.delete(q="index_id:(${orphan} OR ${neighbour} OR ${double})", commit=True)`);
  for (const id of datasets) await admin.try("dataset_purge", { id });
  await admin.try("organization_purge", { id: organization });
}
