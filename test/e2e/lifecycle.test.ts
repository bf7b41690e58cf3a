/**
 * The dev environment over time: a second `up` and a refresh change nothing; a destroy leaves what the protection setting keeps,
 * and the next `up` takes it again with everything in it.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { kubectl, pulumi, succeed } from "./support/commands.ts";
import { Client, eventually, logIn, type SiteOutput, siteOutput } from "./support/site.ts";

const dataset = "e2e-kept";
const organization = "e2e-keepers";
const csv = "city,people\nBrig,13000\nVisp,8000\n";

let site: SiteOutput;
let resource: { id: string; url: string };

beforeAll(async () => {
  site = siteOutput("opendata");
  await removeLeftovers();
  const admin = await administrator();
  await admin.call("organization_create", { name: organization });
  await admin.call("package_create", { name: dataset, title: "Kept", owner_org: organization, private: true });
  const form = new FormData();
  for (const [key, value] of Object.entries({ package_id: dataset, name: "cities", format: "CSV" }))
    form.set(key, value);
  form.set("upload", new Blob([csv], { type: "text/csv" }), "cities.csv");
  resource = await admin.call("resource_create", form);
  await rows(admin, 2);
});

afterAll(removeLeftovers);

test("a second up changes nothing", () => {
  expect(pulumi("up", "--yes", "--skip-preview", "--expect-no-changes").code).toBe(0);
});

test("a refresh finds no drift", () => {
  const result = pulumi("refresh", "--preview-only", "--expect-no-changes");
  expect(result.stdout).toMatch(/Resources:\n\s+\d+ unchanged/);
  expect(result.code).toBe(0);
});

test("a destroy leaves the volumes and their namespace, and nothing else", () => {
  succeed(pulumi("destroy", "--yes", "--skip-preview"));
  expect(objects("persistentvolumeclaims")).toEqual([
    "opendata-database-data",
    "opendata-files-data",
    "opendata-queue-data",
    "opendata-search-data",
  ]);
  const kinds = "deployments,statefulsets,jobs,services,secrets,networkpolicies,poddisruptionbudgets";
  expect(objects(kinds)).toEqual([]);
  expect(objects("configmaps")).toEqual(["kube-root-ca.crt"]);
});

test("an up on the kept volumes finds account, dataset, file, rows and index again", async () => {
  succeed(pulumi("up", "--yes", "--skip-preview"));
  const admin = await administrator();
  const download = await admin.get(resource.url);
  expect(await download.text()).toBe(csv);
  await rows(admin, 2);
  const found = await admin.call<{ results: { name: string }[] }>("package_search", {
    q: "Kept",
    include_private: true,
  });
  expect(found.results.map(({ name }) => name)).toEqual([dataset]);
});

/** Logs in once the site answers: node ports need a moment after the pods are ready. */
async function administrator(): Promise<Client> {
  await eventually(
    () =>
      fetch(`${site.url}/api/3/action/status_show`).then(
        ({ status }) => status,
        () => 0,
      ),
    (status) => status === 200,
    60,
  );
  return new Client(site.url, await logIn(site.url, site.adminName, site.adminPassword));
}

async function rows(admin: Client, count: number): Promise<void> {
  const ask = () => admin.try<{ total: number }>("datastore_search", { resource_id: resource.id, limit: 0 });
  await eventually(ask, ({ status, result }) => status === 200 && result.total === count, 120);
}

async function removeLeftovers(): Promise<void> {
  const admin = await administrator();
  await admin.try("dataset_purge", { id: dataset });
  await admin.try("organization_purge", { id: organization });
}

/** Without what a benchmark that was killed left beside the site: the next one takes that away. */
function objects(kinds: string): readonly string[] {
  const others = "app.kubernetes.io/part-of!=benchmark";
  const list = JSON.parse(succeed(kubectl(["get", kinds, "-n", site.namespace, "-l", others, "-o", "json"])));
  return list.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name).sort();
}
