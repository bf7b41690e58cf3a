/**
 * The largest upload that the dev stack file allows, four of them at once, and what is larger. Proves that web has the memory and
 * the disk for the first, and that nobody can fill that disk with the last. Does not prove: a store at the end of a slow line.
 */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kubectlAtOnce, succeed } from "./support/commands.ts";
import { curl, type Reply, resultOf, uploadArguments } from "./support/peers/curl.ts";
import { downloadedHash, Files } from "./support/peers/files.ts";
import { restarts } from "./support/peers/restarts.ts";
import { ensurePeers } from "./support/peers/tools.ts";
import { Client, logIn, type SiteOutput, siteOutput } from "./support/site.ts";

/** ckan.maximumUploadMegabytes of Pulumi.dev.yaml. */
const limit = 100 * 2 ** 20;
const organization = "e2e-archive";
/** One each for those that come at once: CKAN changes a dataset for one upload at a time. */
const datasets = [1, 2, 3, 4].map((number) => `e2e-archive-${number}`);
const [dataset = ""] = datasets;
const chunked = ["-H", "Transfer-Encoding: chunked"];

const files = new Files();
let site: SiteOutput;
let token: string;
let admin: Client;

beforeAll(async () => {
  await ensurePeers();
  site = siteOutput("opendata");
  token = await logIn(site.url, site.adminName, site.adminPassword);
  admin = new Client(site.url, token);
  await removeData();
  await admin.call("organization_create", { name: organization });
  for (const name of datasets) await admin.call("package_create", { name, owner_org: organization });
});

afterAll(async () => {
  files.remove();
  await removeData();
});

describe.each([
  ["that says how long it is", []],
  ["that does not", chunked],
])("By a request %s,", (_, options) => {
  test("a file of exactly the limit is taken", async () => {
    const reply = await upload(dataset, limit, options);
    expect([reply.status, resultOf<{ size: number }>(reply).size]).toEqual([200, limit]);
  });

  test("a file of one byte more is refused by CKAN in words, and nothing of it is kept", async () => {
    const before = await namesOfResources();
    const reply = await upload(dataset, limit + 1, options);
    expect([reply.status, JSON.parse(reply.body.toString()).error]).toEqual([
      409,
      { __type: "Validation Error", upload: ["File upload too large: this site takes up to 100 MB"] },
    ]);
    expect(await namesOfResources()).toEqual(before);
  });

  test("a file of two megabytes more is refused by nginx in words", async () => {
    const reply = await upload(dataset, limit + 2 * 2 ** 20, options);
    expect([reply.status, reply.body.toString()]).toEqual([413, "This site takes files of up to 100 MB.\n"]);
  });
});

describe("Four files of the limit, all at once,", () => {
  let before: readonly string[];
  let memory: readonly number[];
  let uploads: readonly Reply[];

  beforeAll(async () => {
    before = restarts(site.namespace);
    const watched = memoryOfWeb(20);
    uploads = await Promise.all(datasets.map((name) => upload(name, limit)));
    memory = await watched;
  });

  test("arrive with all their bytes", async () => {
    const zeros = createHash("sha256").update(Buffer.alloc(limit)).digest("hex");
    const received = await Promise.all(uploads.map((reply) => downloadedHash(reply, token)));
    expect(received).toEqual(datasets.map(() => zeros));
  });

  test("take some ten megabytes of memory each", () => {
    const [first = 0] = memory;
    expect([memory.length > 20, first > 0]).toEqual([true, true]);
    expect((Math.max(...memory) - first) / 2 ** 20).toBeLessThan(4 * 30);
  });

  test("end no container", () => {
    expect(restarts(site.namespace)).toEqual(before);
  });
});

function upload(name: string, bytes: number, options: readonly string[] = []): Promise<Reply> {
  const path = files.sparse(`${bytes}`, bytes);
  return curl([...options, ...uploadArguments(site.url, name, path, "archive.bin")], { token });
}

async function namesOfResources(): Promise<readonly string[]> {
  const { resources } = await admin.call<{ resources: readonly { id: string }[] }>("package_show", { id: dataset });
  return resources.map(({ id }) => id);
}

/** Bytes that CKAN's processes have of their own, some times a second: what they share is counted once. */
async function memoryOfWeb(seconds: number): Promise<readonly number[]> {
  const look = "cat /proc/[0-9]*/smaps_rollup 2>/dev/null | grep Pss_Anon; echo end; sleep 0.2";
  const script = `until=$(($(date +%s) + ${seconds})); while [ $(date +%s) -lt $until ]; do ${look}; done`;
  const web = ["exec", "-n", site.namespace, "deployment/opendata-web", "-c", "web", "--"];
  const looks = succeed(await kubectlAtOnce([...web, "sh", "-c", script]))
    .split("end\n")
    .slice(0, -1);
  const kilobytes = (text: string) =>
    [...text.matchAll(/(\d+) kB/g)].reduce((sum, [, number]) => sum + Number(number), 0);
  return looks.map((text) => kilobytes(text) * 2 ** 10);
}

/** A dataset that is purged leaves its files; a resource that is deleted does not. */
async function removeData(): Promise<void> {
  for (const name of datasets) {
    const { result } = await admin.try<{ resources: readonly { id: string }[] }>("package_show", { id: name });
    for (const { id } of result?.resources ?? []) await admin.try("resource_delete", { id });
    await admin.try("dataset_purge", { id: name });
  }
  await admin.try("organization_purge", { id: organization });
}
