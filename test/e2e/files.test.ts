/**
 * Files with names in all letters, in datasets whose texts fit into no header, and their downloads. Proves that what is patched of
 * ckanext-s3filestore is still wrong there, and right with the patches, each tried with the real package, store and queue.
 * Does not prove: Google's and Amazon's stores; of the first, that nothing is sent to it of which it is known that it refuses it.
 */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scripts } from "../../ckan/scripts.ts";
import { kubectlAtOnce, succeed } from "./support/commands.ts";
import { curl } from "./support/peers/curl.ts";
import { ensurePeers } from "./support/peers/tools.ts";
import { Client, eventually, logIn, type SiteOutput, siteOutput } from "./support/site.ts";

const organization = "e2e-letters";
const dataset = "e2e-letters";
const rows = "town,people\nа,1\nб,2\n";

/** What files.py and uploaded_files.py try, and the report of it. */
const faults = [
  ["makes_a_client_for_each_question", "no report"],
  ["sends_what_google_refuses", "qld-gov-au/ckanext-s3filestore#112"],
  ["asks_for_rights_of_a_file", "qld-gov-au/ckanext-s3filestore#112"],
  ["reads_a_file_into_memory", "ckan/ckan#8061"],
  ["refuses_a_file_for_its_dataset", "qld-gov-au/ckanext-s3filestore#132"],
  ["loses_a_name", "ckan/ideas#236"],
  ["loses_the_name_of_a_logo", "ckan/ideas#236"],
  ["overrides_the_name_in_the_store", "ckan/ckan#4507"],
  ["refuses_head", "minio/minio#6146"],
  ["fails_where_no_logo_is", "GSA/data.gov#2268"],
  ["finds_no_file_of_another_type", "no report"],
  ["takes_anything_for_a_picture", "ckan/ckan#6718"],
  ["keeps_the_type_of_the_file_before", "ckan/ckan#7415"],
  ["fails_without_an_address", "ckan/ckan#8179"],
  ["loses_a_file_that_is_renamed", "ckan/ckan#4593"],
  ["says_of_a_packed_file_what_is_in_it", "jschneier/django-storages#917"],
  ["stores_what_browsers_run", "owncloud/core#10938"],
  ["fails_where_a_link_leads_nowhere", "ckan/ckan#1106"],
  ["fails_where_no_picture_can_be", "no report"],
  ["takes_any_size", "ckan/ckan#8061"],
] as const;

interface Found {
  readonly faults: readonly string[];
  readonly dangers: readonly string[];
}

interface Resource {
  readonly id: string;
  readonly url: string;
  readonly format: string;
}

let site: SiteOutput;
let admin: Client;
let cyrillic: Resource;
let bare: Found;
let patched: Found;

beforeAll(async () => {
  await ensurePeers();
  site = siteOutput("opendata");
  admin = new Client(site.url, await logIn(site.url, site.adminName, site.adminPassword));
  await removeData();
  await admin.call("organization_create", { name: organization });
  // More than the 2 kB that a store takes beside a file, and what is no header at all.
  const texts = { title: "Ж".repeat(300), author: "Ann\nBob", maintainer: "é".repeat(300), version: "1\r\n2" };
  const { id } = await admin.call<{ id: string }>("package_create", {
    name: dataset,
    owner_org: organization,
    ...texts,
  });
  cyrillic = await upload("данные.csv");
  bare = await tryInPod({ patches: null, package: id, resource: cyrillic.id });
  const patches = {
    uploaded_files: scripts["uploaded_files.py"],
    s3filestore_patches: scripts["s3filestore_patches.py"],
  };
  patched = await tryInPod({ patches, package: id, resource: cyrillic.id });
});

afterAll(removeData);

describe("ckanext-s3filestore", () => {
  test.each(faults)("%s as it is, and not with the patch of it (%s)", (fault) => {
    expect([bare.faults.includes(fault), patched.faults.includes(fault)]).toEqual([true, false]);
  });

  test("was tried with everything that is patched", () => {
    expect(bare.faults).toEqual(faults.map(([fault]) => fault));
  });

  test("loses nothing by the patches: no half file, no empty or older one, no link to what it is not for", () => {
    expect(patched.dangers).toEqual([]);
  });
});

describe("A file of a dataset whose texts fit into no header", () => {
  test("is taken and loaded, with a name in Cyrillic letters and no word about its format", async () => {
    expect(cyrillic.format).toBe("CSV");
    const ask = () => admin.try<{ total: number }>("datastore_search", { resource_id: cyrillic.id, limit: 0 });
    await eventually(ask, ({ status, result }) => status === 200 && result.total === 2, 120);
  });
});

describe("A file is found below a Latin name and comes back as its own:", () => {
  test.each([
    ["данные.csv", "dannye.csv", "CSV"],
    ["Отчёт 2024 (итог).CSV", "otchiot-2024-itog.csv", "CSV"],
    ["数据.csv", "shu-ju.csv", "CSV"],
    ["بيانات.xlsx", "bynt.xlsx", "XLSX"],
    ["Straße; Köln, Süd.csv", "strasse-koln-sud.csv", "CSV"],
    ["plain_name.csv", "plain_name.csv", "CSV"],
    ["🐟.csv", "file.csv", "CSV"],
    ["no ending", "no-ending", ""],
    ["Report v1.2 final version of the year", "report-v1-2-final-version-of-the-year", ""],
    ["می\u200cخواهم.csv", "mykhwhm.csv", "CSV"],
    [`${"д".repeat(96)}.csv`, `${"d".repeat(96)}.csv`, "CSV"],
  ])("%s as %s", async (name, latin, format) => {
    const resource = await upload(name);
    expect([resource.url.split("/").at(-1), resource.format]).toEqual([latin, format]);
    const reply = await curl(["-L", resource.url]);
    expect([reply.status, reply.body.toString()]).toEqual([200, rows]);
    const encoded = /^attachment; filename="([^"]+)"; filename\*=UTF-8''(\S+)$/.exec(
      reply.headers["content-disposition"] ?? "",
    );
    expect([encoded?.[1], decodeURIComponent(encoded?.[2] ?? "")]).toEqual([latin, name]);
  });

  test("nothing but a path, as file and with an ending", async () => {
    const resource = await upload("C:\\Data\\???.csv");
    expect([resource.url.split("/").at(-1), resource.format]).toEqual(["file.csv", "CSV"]);
  });
});

describe("HEAD", () => {
  test("says what GET says, whichever is asked first", async () => {
    const resource = await upload("head.csv");
    const asked = [];
    for (const options of [["-I"], [], ["-I"], []]) asked.push(await curl(["-L", ...options, resource.url]));
    expect(asked.map(({ status, headers }) => [status, headers["content-length"]])).toEqual(
      asked.map(() => [200, String(Buffer.byteLength(rows))]),
    );
    const names = new Set(asked.map(({ headers }) => headers["content-disposition"]));
    expect(names.size).toBe(1);
  });

  test.each(["group", "user", "admin"])("of a picture of a %s that is not there: 404, as GET", async (kind) => {
    const path = `${site.url}/uploads/${kind}/none.png`;
    expect([(await curl(["-I", path])).status, (await curl([path])).status]).toEqual([404, 404]);
  });
});

describe("A file that is there", () => {
  test("is replaced by one of another type, and served as that", async () => {
    const { id } = await upload("plan.pdf", {}, "%PDF-1.4\n");
    await upload("rows.csv", { id }, rows);
    const { url } = await admin.call<Resource>("resource_show", { id });
    const { headers } = await curl(["-L", url]);
    expect(headers["content-type"]).toMatch(/^text\/csv/);
    expect(headers["content-disposition"]).toMatch(/^attachment; filename="rows\.csv"/);
  });

  test("is not lost by whoever gives it another address, or none", async () => {
    const { id } = await upload("kept.csv");
    await admin.call("resource_patch", { id, url: "renamed.csv" });
    await admin.call("resource_update", { id, description: "the same" });
    const { url } = await admin.call<Resource>("resource_show", { id });
    const reply = await curl(["-L", url]);
    expect([url.split("/").at(-1), reply.status, reply.body.toString()]).toEqual(["kept.csv", 200, rows]);
  });
});

describe("A file that could act as the site is kept, and in a sandbox wherever it is shown:", () => {
  test.each(["page.html", "picture.svg"])("%s", async (name) => {
    const { headers } = await curl(["-L", (await upload(name)).url]);
    expect(headers["content-disposition"]).toMatch(/^attachment;/);
    expect(headers["content-security-policy"]).toMatch(/^sandbox;/);
  });
});

test.each([
  ["a script", "a.js", "text/plain"],
  ["a packed file", "a.csv.gz", "application/gzip"],
])("%s is served as what no browser runs or unpacks: %s as %s", async (_, name, type) => {
  const { headers } = await curl(["-L", (await upload(name)).url]);
  expect([headers["content-type"]?.split(";")[0], headers["content-encoding"]]).toEqual([type, undefined]);
});

test.each([[{ url: 5 }], [{ url: ["a"] }], [{ url: "http://[" }]])("%j is refused in words", async (resource) => {
  const { status } = await admin.try("resource_create", { package_id: dataset, ...resource });
  expect(status).toBe(409);
});

test.each(["", "javascript:alert(1)", "http://a\nb/", `http://${"a".repeat(64)}.org/`])(
  "a link to %j leads nowhere: 404",
  async (url) => {
    const { id } = await admin.call<Resource>("resource_create", { package_id: dataset, url });
    expect((await curl([`${site.url}/dataset/${dataset}/resource/${id}/download`])).status).toBe(404);
  },
);

describe("A logo", () => {
  const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=";
  const picture = Buffer.from(pixel, "base64");
  const logo = (name: string, content: Blob) => {
    const form = new FormData();
    form.set("id", organization);
    form.set("image_upload", content, name);
    return admin.try<{ image_display_url: string }>("organization_patch", form);
  };

  test("is shown, with letters and lines below in its name", async () => {
    const { result } = await logo("мой_герб.png", new Blob([picture], { type: "image/png" }));
    expect(result.image_display_url).toMatch(/\/uploads\/group\/[\d.-]+moi_gerb\.png$/);
    const reply = await curl(["-L", result.image_display_url]);
    expect([reply.status, reply.body.equals(picture)]).toEqual([200, true]);
  });

  test.each([
    ["a.html", "text/html"],
    ["a.png", "image/png"],
    ["a.svg", "image/svg+xml"],
  ])("is no page, whatever it is called: %s, %s", async (name, type) => {
    expect((await logo(name, new Blob(["<html>"], { type }))).status).toBe(409);
  });
});

function upload(name: string, resource: object = {}, content = rows): Promise<Resource> {
  const form = new FormData();
  for (const [field, value] of Object.entries({ package_id: dataset, name, ...resource })) form.set(field, value);
  form.set("upload", new Blob([content]), name);
  return admin.call("id" in resource ? "resource_patch" : "resource_create", form);
}

async function tryInPod(input: object): Promise<Found> {
  const parts = ["files.py", "uploaded_files.py"].map((name) => new URL(`support/${name}`, import.meta.url));
  const program = parts.map((part) => readFileSync(part, "utf8")).join("\n");
  const web = ["exec", "-i", "-n", site.namespace, "deployment/opendata-web", "-c", "web", "--"];
  return JSON.parse(succeed(await kubectlAtOnce([...web, "python3", "-c", program], JSON.stringify(input))));
}

/** A dataset that is purged leaves its files; a resource that is deleted does not. */
async function removeData(): Promise<void> {
  const { result } = await admin.try<{ resources: readonly Resource[] }>("package_show", { id: dataset });
  for (const { id } of result?.resources ?? []) await admin.try("resource_delete", { id });
  await admin.try("dataset_purge", { id: dataset });
  await admin.try("organization_purge", { id: organization });
}
