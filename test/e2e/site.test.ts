/**
 * The running dev environment, through what its users have: the site's address and the stack's outputs. Proves that a file
 * uploaded through CKAN reaches the bucket, the datastore, the index and its readers, and nobody else.
 * Does not prove: TLS, a real load balancer, more than one node.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sql, storeCommand } from "./support/servers.ts";
import { Client, eventually, logIn, type SiteOutput, siteOutput } from "./support/site.ts";

const organization = "e2e-water-board";
const dataset = "e2e-river-levels";
const rowCount = 10_000;
const csv = riverLevels(rowCount);

/** One transparent pixel. */
const logo = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
  "base64",
);

let site: SiteOutput;
let admin: Client;
let stranger: Client;
const anonymous = () => new Client(site.url);
let resource: { id: string; url: string };

beforeAll(async () => {
  site = siteOutput("opendata");
  admin = new Client(site.url, await logIn(site.url, site.adminName, site.adminPassword));
  await removeLeftovers();
  await admin.call("organization_create", { name: organization, title: "Water board" });
  await admin.call("package_create", { name: dataset, title: "River levels", owner_org: organization, private: true });
  resource = await upload("levels.csv", csv);
  stranger = new Client(site.url, await newUser("e2e-stranger"));
});

afterAll(removeLeftovers);

describe("The site", () => {
  test("answers status_show from this machine with the version and plugins of the stack file", async () => {
    const status = await anonymous().call<{ ckan_version: string; extensions: string[]; site_url: string }>(
      "status_show",
    );
    expect(status.ckan_version).toBe("2.11.6");
    expect(status.site_url).toBe(site.url);
    expect(status.extensions).toEqual(
      "activity datastore datatables_view text_view image_view xloader s3filestore envvars".split(" "),
    );
  });

  test("shows its stage on every page", async () => {
    const page = await (await anonymous().get("/")).text();
    expect(page).toContain("<title>Welcome - Open data (dev)</title>");
    expect(page).toContain('content: "dev: not the real site, data may disappear"');
  });

  test("knows the derived sysadmin as a sysadmin", async () => {
    const user = await admin.call<{ sysadmin: boolean }>("user_show", { id: site.adminName });
    expect(user.sysadmin).toBe(true);
  });

  test("answers the liveness path without CKAN", async () => {
    const response = await anonymous().get("/_live");
    expect(response.status).toBe(204);
  });
});

describe("An uploaded file", () => {
  test("lies in the bucket with all its bytes", () => {
    const listing = storeCommand(
      site.namespace,
      `mc stat --json "store/opendata-files/resources/${resource.id}/levels.csv"`,
    );
    expect(JSON.parse(listing).size).toBe(Buffer.byteLength(csv));
  });

  test("comes back byte for byte to those who may", async () => {
    const response = await admin.get(resource.url);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe(csv);
  });

  test("comes to nobody else while its dataset is private", async () => {
    for (const visitor of [anonymous(), stranger]) {
      const response = await visitor.get(resource.url);
      expect([401, 403, 404]).toContain(response.status);
      expect(await response.text()).not.toContain("station-1,");
    }
  });

  test("is handed on by the site itself, which shows nobody where the store has it", async () => {
    const response = await admin.get(resource.url, { redirect: "manual" });
    expect([response.status, response.headers.get("location"), await response.text()]).toEqual([200, null, csv]);
    for (const path of ["/_store", "/opendata-files/", `/opendata-files/resources/${resource.id}/levels.csv`])
      expect((await anonymous().get(path)).status).toBe(404);
  });

  test("is open to everybody once its dataset is public", async () => {
    await admin.call("package_patch", { id: dataset, private: false });
    const response = await anonymous().get(resource.url);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe(csv);
    await admin.call("package_patch", { id: dataset, private: true });
  });
});

describe("The logo of an organization", () => {
  test("is shown to everybody, at its own address", async () => {
    const form = new FormData();
    form.set("id", organization);
    form.set("image_upload", new Blob([logo], { type: "image/png" }), "logo.png");
    const { image_display_url: url } = await admin.call<{ image_display_url: string }>("organization_patch", form);
    const response = await anonymous().get(url);
    expect(response.status).toBe(200);
    expect(Buffer.from(await response.arrayBuffer()).equals(logo)).toBe(true);
    expect(response.url).toBe(url);
  });
});

describe("XLoader", () => {
  test("loads the rows of a private dataset, all of them, in order, as text", async () => {
    await loaded(resource.id, rowCount);
    const answer = await admin.call<Rows>("datastore_search", {
      resource_id: resource.id,
      limit: rowCount,
      sort: "_id",
    });
    expect(answer.total).toBe(rowCount);
    expect(answer.fields.map(({ id, type }) => `${id}:${type}`)).toEqual([
      "_id:int",
      "station:text",
      "level:text",
      "day:text",
    ]);
    const rows = answer.records.map(({ station, level, day }) => `${station},${level},${day}`);
    expect(rows).toEqual(csv.trimEnd().split("\n").slice(1));
  });

  test("reports the load as complete", async () => {
    const status = await finished(resource.id);
    expect(status.status).toBe("complete");
  });

  test("ends a file that is no table with a clear error, and harms nothing", async () => {
    const broken = await upload("broken.csv", "station,level\nstation-1,2.5,too much\n");
    const status = await finished(broken.id);
    expect(status.status).toBe("error");
    expect(JSON.stringify(status.task_info?.error)).toContain(
      "Row 2 has more values than the 2 column(s) in the header",
    );
    const answer = await admin.call<Rows>("datastore_search", { resource_id: resource.id, limit: 0 });
    expect(answer.total).toBe(rowCount);
  });
});

describe("The datastore", () => {
  const reader = "reader_opendata";

  test("gives the read-only role every row", () => {
    expect(
      sql(site.namespace, reader, "datastore_opendata", `SELECT count(*) FROM "${resource.id}"`).stdout.trim(),
    ).toBe(String(rowCount));
  });

  test.each([
    ["insert", () => `INSERT INTO "${resource.id}" (station) VALUES ('x')`],
    ["update", () => `UPDATE "${resource.id}" SET station = 'x'`],
    ["delete", () => `DELETE FROM "${resource.id}"`],
    ["drop a table", () => `DROP TABLE "${resource.id}"`],
    ["create a table", () => "CREATE TABLE intruder (id int)"],
    ["create a role", () => "CREATE ROLE intruder"],
  ])("does not let the read-only role %s", (_, statement) => {
    const result = sql(site.namespace, reader, "datastore_opendata", statement());
    expect(result.code).not.toBe(0);
    expect(result.stderr).toMatch(/permission denied|must be owner/);
  });

  test("does not let the read-only role into CKAN's own database", () => {
    const result = sql(site.namespace, reader, "ckan_opendata", "SELECT 1");
    expect(result.code).not.toBe(0);
    expect(result.stderr).toContain("permission denied for database");
  });

  test("answers nobody about a private dataset", async () => {
    const answer = await anonymous().try("datastore_search", { resource_id: resource.id });
    expect(answer.status).toBe(403);
  });
});

describe("The search index", () => {
  test("finds a private dataset for those who may see it", async () => {
    const query = { q: "river levels", fq: `organization:${organization}`, include_private: true };
    const found = await eventually(
      () => admin.call<{ results: { name: string }[] }>("package_search", query),
      ({ results }) => results.length > 0,
      30,
    );
    // Somebody may have made more of that kind.
    expect(found.results.map(({ name }) => name)).toContain(dataset);
    const nothing = await anonymous().call<{ count: number }>("package_search", query);
    expect(nothing.count).toBe(0);
  });
});

interface Rows {
  readonly total: number;
  readonly fields: readonly { readonly id: string; readonly type: string }[];
  readonly records: readonly Readonly<Record<string, string>>[];
}

interface LoadStatus {
  readonly status: string | null;
  readonly task_info?: { readonly error?: unknown };
}

/** The same table in every run: a station, a level with two decimals, a day. */
function riverLevels(rows: number): string {
  const lines = Array.from({ length: rows }, (_, row) => {
    const day = new Date(Date.UTC(2026, 0, 1 + (row % 365))).toISOString().slice(0, 10);
    return `station-${row % 40},${((row * 37) % 1000) / 100},${day}`;
  });
  return `station,level,day\n${lines.join("\n")}\n`;
}

async function upload(name: string, content: string): Promise<{ id: string; url: string }> {
  const form = new FormData();
  form.set("package_id", dataset);
  form.set("name", name);
  form.set("format", "CSV");
  form.set("upload", new Blob([content], { type: "text/csv" }), name);
  return admin.call("resource_create", form);
}

async function loaded(id: string, rows: number): Promise<void> {
  const ask = () => admin.try<Rows>("datastore_search", { resource_id: id, limit: 0 });
  await eventually(ask, ({ status, result }) => status === 200 && result.total === rows, 120);
}

/** The state of a load that has ended. running_but_viewable has all rows, but not yet its indexes. */
function finished(id: string): Promise<LoadStatus> {
  const ask = () => admin.call<LoadStatus>("xloader_status", { resource_id: id });
  return eventually(ask, ({ status }) => status === "complete" || status === "error", 180);
}

async function newUser(name: string): Promise<string> {
  const password = "a-password-for-one-test-run";
  await admin.try("user_create", { name, password, email: `${name}@example.org` });
  await admin.try("user_patch", { id: name, state: "active", password });
  return logIn(site.url, name, password);
}

async function removeLeftovers(): Promise<void> {
  await admin.try("dataset_purge", { id: dataset });
  await admin.try("organization_purge", { id: organization });
  await admin.try("user_delete", { id: "e2e-stranger" });
}
