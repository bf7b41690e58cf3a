/**
 * The largest upload that the dev stack file allows, and what is larger. Proves that web has the memory and the disk for the
 * first, and that nobody can fill that disk with the second. Does not prove: as many of them at a time as web has threads.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Client, logIn, siteOutput } from "./support/site.ts";

/** ckan.maximumUploadMegabytes of Pulumi.dev.yaml. */
const megabytes = 100;
const organization = "e2e-archive";
const dataset = "e2e-archive";

let admin: Client;

beforeAll(async () => {
  const site = siteOutput("opendata");
  admin = new Client(site.url, await logIn(site.url, site.adminName, site.adminPassword));
  await removeLeftovers();
  await admin.call("organization_create", { name: organization });
  await admin.call("package_create", { name: dataset, owner_org: organization });
});

afterAll(removeLeftovers);

test("the largest file is taken, with all its bytes", async () => {
  const { size } = await admin.call<{ size: number }>("resource_create", uploadOf(megabytes));
  expect(size).toBe(megabytes * 2 ** 20);
});

test("a larger one is refused in words", async () => {
  const { status, error } = await admin.try("resource_create", uploadOf(megabytes + 2));
  expect({ status, error }).toEqual({ status: 413, error: "This site takes files of up to 100 MB.\n" });
});

test("a request of more than twice that is not even read", async () => {
  const stranger = new Client(admin.url);
  await expect(stranger.try("package_search", uploadOf(2 * megabytes))).rejects.toThrow("fetch failed");
});

/** A file that XLoader does not look at. */
function uploadOf(size: number): FormData {
  const form = new FormData();
  form.set("package_id", dataset);
  form.set("upload", new Blob([Buffer.alloc(size * 2 ** 20, "a")]), "archive.bin");
  return form;
}

async function removeLeftovers(): Promise<void> {
  await admin.try("dataset_purge", { id: dataset });
  await admin.try("organization_purge", { id: organization });
}
