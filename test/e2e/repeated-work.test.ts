/**
 * What CKAN does more than once for the same answer. Proves that it still does, that with the patches it does not, and that the
 * answers are the same, with the real templates, database and search. Does not prove: how much faster that is (npm run bench).
 */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { scripts } from "../../ckan/scripts.ts";
import { kubectlAtOnce, succeed } from "./support/commands.ts";
import { Client, logIn, type SiteOutput, siteOutput } from "./support/site.ts";

const name = "e2e-repeated-work";

interface Counted {
  readonly organizations: number;
  /** How often the settings were looked up for three requests. */
  readonly strangers: number;
  readonly members: number;
  readonly visitors: number;
  readonly single: readonly boolean[];
  readonly pages: readonly string[];
  readonly imported: readonly string[];
  /** For two searches of a table in the datastore. */
  readonly columns: number;
  readonly pings: number;
  readonly found: readonly { readonly records: unknown; readonly total: number }[];
}

let site: SiteOutput;
let admin: Client;
let bare: Counted;
let patched: Counted;

beforeAll(async () => {
  site = siteOutput("opendata");
  const token = await logIn(site.url, site.adminName, site.adminPassword);
  admin = new Client(site.url, token);
  await removeData();
  await admin.call("organization_create", { name, title: "Its sidebar" });
  await admin.call("package_create", { name, owner_org: name, notes: "Some *words*", tags: [{ name: "tag" }] });
  const { resource_id: table } = await admin.call<{ resource_id: string }>("datastore_create", {
    resource: { package_id: name },
    fields: [
      { id: "word", type: "text" },
      { id: "number", type: "int" },
    ],
    records: [
      { word: "one", number: 1 },
      { word: "two", number: 2 },
      { word: "one", number: 3 },
    ],
    force: true,
  });
  const given = { page: `/dataset/${name}`, token, table };
  bare = await countInPod({ patches: null, ...given });
  patched = await countInPod({ patches: scripts["repeated_work.py"], ...given });
});

afterAll(removeData);

test("the sidebar of a page is rendered twice as CKAN is, and once with the patch (ckan/ckan#7152)", () => {
  expect([bare.organizations, patched.organizations]).toEqual([2, 1]);
});

test("pages are the same", () => {
  expect(patched.pages).toEqual(bare.pages);
  expect(patched.pages[0]).toContain("Its sidebar");
});

test("what a block of imported macros, or of a loop, shows is nobody else's", () => {
  expect(patched.imported).toEqual(bare.imported);
  expect(patched.imported.filter((_, index) => index % 2 === 0)).toEqual(["alicealice", "bobbob", "carolcarol"]);
});

test("each request asks for settings as CKAN is; with the patch those of strangers do so once a second (GSA/data.gov#4708)", () => {
  expect(bare.strangers).toBe(3);
  expect(patched.strangers).toBeLessThan(3);
});

test("whoever may have an account sees a changed setting at once", () => {
  expect([patched.members, patched.visitors]).toEqual([3, 3]);
});

test("what counts as one statement has not changed", () => {
  expect(patched.single).toEqual(bare.single);
  expect(new Set(patched.single)).toEqual(new Set([true, false]));
});

test("a search of the datastore looks at the columns twice as CKAN is, and once with the patch (ckan/ideas#192)", () => {
  expect([bare.columns, patched.columns]).toEqual([4, 2]);
});

test("each use of a connection asks whether the server lives; with the patch those that follow at once do not (ckan/ckan#4763)", () => {
  expect(bare.pings).toBe(8);
  expect(patched.pings).toBeLessThan(4);
});

test("a search finds the same", () => {
  expect(patched.found).toEqual(bare.found);
  expect(patched.found.map(({ total }) => total)).toEqual([3, 2, 2, 1, 3, 3, 2]);
});

async function countInPod(input: object): Promise<Counted> {
  const program = readFileSync(new URL("support/repeated_work.py", import.meta.url), "utf8");
  const web = ["exec", "-i", "-n", site.namespace, "deployment/opendata-web", "-c", "web", "--"];
  return JSON.parse(succeed(await kubectlAtOnce([...web, "python3", "-c", program], JSON.stringify(input))));
}

async function removeData(): Promise<void> {
  await admin.try("dataset_purge", { id: name });
  await admin.try("organization_purge", { id: name });
}
