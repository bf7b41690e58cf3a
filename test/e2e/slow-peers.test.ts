/**
 * Visitors on slow lines, and people who are slow on purpose, with programs that nobody here wrote: curl, Python's http.client and
 * slowhttptest. Proves that none of them takes anything from those who read pages meanwhile, and that honest ones are served.
 * Does not prove: thousands at once, or loss of packets.
 */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { curl, type Reply, resultOf, uploadArguments } from "./support/peers/curl.ts";
import { downloadedHash, Files, hashOf } from "./support/peers/files.ts";
import { PythonClient, python } from "./support/peers/python.ts";
import { drip, silence, unread } from "./support/peers/raw.ts";
import { restarts } from "./support/peers/restarts.ts";
import { type Attack, slowhttptest } from "./support/peers/slowhttptest.ts";
import { ensurePeers } from "./support/peers/tools.ts";
import { type Visits, whileVisited } from "./support/peers/visitors.ts";
import { Client, logIn, type SiteOutput, siteOutput } from "./support/site.ts";

const organization = "e2e-slow-office";
const datasets = [1, 2, 3, 4].map((number) => `e2e-slow-${number}`);
/** Its description alone has a megabyte, more than the kernel keeps for a reader. */
const largeDataset = "e2e-slow-large";
const megabyte = 1_000_000;
/** Nobody waits longer for a page. */
const second = 1000;
/** Nothing is found by this. */
const question = { rows: 0, q: "name:no-such-dataset" };

const files = new Files();
let site: SiteOutput;
let token: string;
let admin: Client;
let address: { readonly host: string; readonly port: number };
let pages: readonly string[];
/** More than the kernel keeps of what nobody reads: up to 32 MB (tcp_rmem) and 4 MB (tcp_wmem). */
const unreadBytes = 64 * megabyte;
let letGo: Promise<readonly number[]>;

beforeAll(async () => {
  await ensurePeers();
  site = siteOutput("opendata");
  const { hostname: host, port } = new URL(site.url);
  address = { host, port: Number(port) };
  token = await logIn(site.url, site.adminName, site.adminPassword);
  admin = new Client(site.url, token);
  await removeData();
  await admin.call("organization_create", { name: organization });
  for (const name of datasets) await admin.call("package_create", { name, owner_org: organization });
  const notes = "A long description. ".repeat(megabyte / 20);
  await admin.call("package_create", { name: largeDataset, owner_org: organization, notes });
  letGo = stopForGood(await linkTo(files.random("unread", unreadBytes)));
  pages = [...datasets.map((name) => `/dataset/${name}?visit=`), "/dataset?q=visit-", "/organization?q=visit-"];
  await warmUp();
});

afterAll(async () => {
  files.remove();
  await removeData();
});

describe("Four uploads of 20 MB at 500 kB/s, all at once,", () => {
  let paths: readonly string[];
  let before: readonly string[];
  let uploads: readonly Reply[];
  let visits: Visits;

  beforeAll(async () => {
    paths = datasets.map((name) => files.random(name, 20 * megabyte));
    before = restarts(site.namespace);
    const upload = (dataset: string, number: number) =>
      curl(["--limit-rate", "500k", ...uploadArguments(site.url, dataset, paths[number] ?? "")], { token });
    ({ value: uploads, visits } = await whileVisited(site.url, pages, () => Promise.all(datasets.map(upload))));
  });

  test("arrive with all their bytes", async () => {
    const sent = paths.map((path) => hashOf(readFileSync(path)));
    expect(await Promise.all(uploads.map((upload) => downloadedHash(upload, token)))).toEqual(sent);
  });

  test("take 40 seconds each: the line's speed, not the site's", () => {
    const seconds = uploads.map((upload) => upload.seconds);
    expect([Math.min(...seconds) > 35, Math.max(...seconds) < 60]).toEqual([true, true]);
  });

  test("let pages go on in under a second", () => {
    expect(visits.asked).toBeGreaterThan(150);
    expectServed(visits);
  });

  test("restart no container", () => {
    expect(restarts(site.namespace)).toEqual(before);
  });
});

describe("Five strangers who send 100 bytes a second", () => {
  let answers: readonly Answer[];
  let visits: Visits;

  beforeAll(async () => {
    const body = JSON.stringify(question).padEnd(2000);
    const input = { ...address, path: "/api/3/action/package_search", body, bytes: 100, connections: 5 };
    ({ value: answers, visits } = await whileVisited(site.url, pages, () =>
      python<readonly Answer[]>(PythonClient.Drip, input),
    ));
  });

  test("let pages go on in under a second", () => {
    expectServed(visits);
  });

  test("are answered, once they have said all", () => {
    const found = answers.map(({ outcome, body }) => [outcome, body && JSON.parse(body).result.count]);
    expect(found).toEqual(Array(5).fill([200, 0]));
  });
});

describe("Sixty connections whose headers never end", () => {
  let attack: Attack;
  let visits: Visits;

  beforeAll(async () => {
    const args = ["-H", "-c", "60", "-r", "60", "-i", "2", "-u", `${site.url}/dataset`];
    ({ value: attack, visits } = await whileVisited(site.url, pages, () => slowhttptest(args, 30)));
  });

  test("let pages go on in under a second", () => {
    expectServed(visits);
  });

  test("are ended by the site some 15 seconds later, all of them", () => {
    expect(attack.outcome).toBe("No open connections left");
    expect(attack.seconds).toBeLessThan(20);
  });
});

// Each kind has places of its own: 200 kB go to the disk, 8 kB stay in memory.
test.each([
  [60, 200_000],
  [300, 8192],
])("%i strangers whose bodies of %i bytes never end keep neither a page nor an upload", async (connections, size) => {
  const target = ["-t", "POST", "-u", `${site.url}/api/3/action/package_search`];
  const args = ["-B", "-c", `${connections}`, "-r", "100", "-i", "2", "-s", `${size}`, ...target];
  const path = files.random(`beside-${size}`, 2 * megabyte);
  const { value: upload, visits } = await whileVisited(site.url, pages, async () => {
    const attack = slowhttptest(args, 20);
    await sleep(8000);
    const reply = await curl(uploadArguments(site.url, datasets[0] ?? "", path), { token });
    await attack;
    return reply;
  });
  expectServed(visits);
  expect(await downloadedHash(upload, token)).toBe(hashOf(readFileSync(path)));
});

test("eight strangers who show a cookie and send on after they were refused keep no upload", async () => {
  const lines = ["POST /dataset/new HTTP/1.1", "Host: localhost", "Cookie: any=thing", "Content-Length: 900000"];
  const strangers = Array.from({ length: 8 }, () => drip(site.url, `${lines.join("\r\n")}\r\n\r\n`));
  await sleep(2000);
  const path = files.random("beside-refused", 2 * megabyte);
  const upload = await curl(uploadArguments(site.url, datasets[0] ?? "", path), { token });
  for (const end of strangers) end();
  expect([upload.status, upload.seconds < 5]).toEqual([200, true]);
  expect(await downloadedHash(upload, token)).toBe(hashOf(readFileSync(path)));
});

test("twelve readers who hardly read a megabyte let pages go on in under a second", async () => {
  // Two connections a second: what CKAN does for each is no slow reader's fault.
  const reading = ["-X", "-c", "12", "-r", "2", "-w", "512", "-y", "1024", "-n", "2", "-z", "32"];
  const args = [...reading, "-u", `${site.url}/api/3/action/package_show?id=${largeDataset}`];
  const { visits } = await whileVisited(site.url, pages, () => slowhttptest(args, 25));
  expectServed(visits);
});

test("an upload that stalls for ten seconds half way is taken, with all its bytes", async () => {
  const [dataset = ""] = datasets;
  const path = files.random("stalling", 5 * megabyte);
  let tell: (name: NodeJS.Signals) => void = () => {};
  const started = (signal: typeof tell) => {
    tell = signal;
  };
  const args = ["--limit-rate", "500k", ...uploadArguments(site.url, dataset, path)];
  const upload = curl(args, { token, started });
  await sleep(5000);
  tell("SIGSTOP");
  await sleep(10_000);
  tell("SIGCONT");
  expect(await downloadedHash(await upload, token)).toBe(hashOf(readFileSync(path)));
});

test("whoever stopped for good in the middle of headers, of a body or of an answer was let go", async () => {
  // They began before everything else here.
  const [headers = 0, body = 0, bytes = 0] = await letGo;
  expect([headers < 20, body < 75, bytes < unreadBytes]).toEqual([true, true, true]);
});

interface Answer {
  readonly outcome: number | string;
  readonly body: string;
}

function expectServed({ failed, most }: Visits): void {
  expect(failed).toEqual({});
  expect(most).toBeLessThan(second);
}

/** Seconds after which the site let go who sent no more headers, and no more of a body; bytes of a file that nobody took. */
function stopForGood(link: string): Promise<readonly number[]> {
  const head = "POST /api/3/action/package_search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n";
  const request = `GET ${link.replace(site.url, "")} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
  return Promise.all([
    silence(site.url, head, 90),
    silence(site.url, `${head}\r\n{"q":`, 90),
    unread(site.url, request, 80),
  ]);
}

/** Uploads a file and returns what its download leads to. */
async function linkTo(path: string): Promise<string> {
  const upload = await curl([...uploadArguments(site.url, largeDataset, path)], { token });
  return (await curl(["-L", "-r", "0-9", resultOf<{ url: string }>(upload).url], { token })).url;
}

/** Each process of the web pod renders its first pages slowly. */
async function warmUp(): Promise<void> {
  for (let round = 0; round < 8; round++)
    await Promise.all(pages.map(async (path) => (await fetch(`${site.url}${path}warm-${round}`)).text()));
}

async function removeData(): Promise<void> {
  for (const id of [...datasets, largeDataset]) await admin.try("dataset_purge", { id });
  await admin.try("organization_purge", { id: organization });
}
