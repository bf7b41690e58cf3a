/**
 * HTTP as programs of others speak it: curl, Python's http.client and Node.js send bodies without a length, ask for parts of files, for
 * heads, over one connection, over HTTP/1.0. Does not prove: HTTP/2 and TLS, which are the gateway's.
 */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { Readable } from "node:stream";
import { json } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { curl, resultOf, uploadArguments } from "./support/peers/curl.ts";
import { downloadedHash, Files, hashOf } from "./support/peers/files.ts";
import { PythonClient, python } from "./support/peers/python.ts";
import { ensurePeers } from "./support/peers/tools.ts";
import { Client, logIn, type SiteOutput, siteOutput } from "./support/site.ts";

const organization = "e2e-http-office";
const dataset = "e2e-http";
/** A number that no block size divides. */
const content = randomBytes(300_007);
const question = { rows: 0, q: "name:no-such-dataset" };

const files = new Files();
let site: SiteOutput;
let admin: Client;
let token: string;
let address: { readonly host: string; readonly port: number };
let search: string;
/** Of the file, on the site. */
let file: string;
let path: string;

beforeAll(async () => {
  await ensurePeers();
  path = files.write("numbers.bin", content);
  site = siteOutput("opendata");
  const { hostname: host, port } = new URL(site.url);
  address = { host, port: Number(port) };
  search = `${site.url}/api/3/action/package_search`;
  token = await logIn(site.url, site.adminName, site.adminPassword);
  admin = new Client(site.url, token);
  await removeData();
  await admin.call("organization_create", { name: organization });
  await admin.call("package_create", { name: dataset, owner_org: organization });
  const upload = await curl(uploadArguments(site.url, dataset, path, "numbers.bin"), { token });
  file = resultOf<{ url: string }>(upload).url;
});

afterAll(async () => {
  files.remove();
  await removeData();
});

describe("A body that does not say how long it is", () => {
  const body = JSON.stringify(question);

  test("is read when curl sends it", async () => {
    const type = ["-H", "Content-Type: application/json", "-H", "Transfer-Encoding: chunked"];
    const reply = await curl([...type, "-d", body, search]);
    expect([reply.status, resultOf<{ count: number }>(reply).count]).toEqual([200, 0]);
  });

  test("is read when Python sends it, cut in the middle of a word", async () => {
    const input = { ...address, path: "/api/3/action/package_search", chunks: [body.slice(0, 20), body.slice(20)] };
    const answer = await python<{ status: number; body: string }>(PythonClient.Chunks, input);
    expect([answer.status, JSON.parse(answer.body).result.count]).toEqual([200, 0]);
  });

  test("is read when Node.js sends it from a stream", async () => {
    const sent = request(search, { method: "POST", headers: { "content-type": "application/json" } });
    Readable.from([body.slice(0, 9), body.slice(9)]).pipe(sent);
    const [answer] = (await once(sent, "response")) as [IncomingMessage];
    const { result } = (await json(answer)) as { result: { count: number } };
    expect([answer.statusCode, result.count]).toEqual([200, 0]);
  });

  test("brings a file", async () => {
    const upload = uploadArguments(site.url, dataset, path, "chunked.bin");
    const reply = await curl(["-H", "Transfer-Encoding: chunked", ...upload], { token });
    expect(await downloadedHash(reply, token)).toBe(hashOf(content));
  });
});

describe("Who asks before the body is sent", () => {
  test("is told at once to go on", async () => {
    const asking = ["-H", "Expect: 100-continue", "--expect100-timeout", "20"];
    const reply = await curl([...asking, ...uploadArguments(site.url, dataset, path, "asked.bin")], { token });
    expect([reply.status, reply.seconds < 10]).toEqual([200, true]);
  });
});

describe("HTTP/1.0", () => {
  test.each([
    ["with the site's name", []],
    ["without any name", ["-H", "Host:"]],
  ])("is answered %s", async (_, options) => {
    const reply = await curl(["--http1.0", ...options, `${site.url}/api/3/action/status_show`]);
    expect([reply.status, resultOf<{ site_url: string }>(reply).site_url]).toEqual([200, site.url]);
  });
});

describe("One connection", () => {
  test("is enough for several requests of curl", async () => {
    const reply = await curl(["-o", "/dev/null", search, `${site.url}/dataset/${dataset}`]);
    expect([reply.status, reply.connections]).toEqual([200, 0]);
  });

  test("is enough for pages, answers of the API, assets and what is not there, asked by Python", async () => {
    const paths = ["/dataset", "/api/3/action/status_show", "/base/images/ckan-logo.png", "/no-such-page", "/_live"];
    expect(await python(PythonClient.OneConnection, { ...address, paths })).toEqual([200, 200, 200, 404, 204]);
  });
});

describe("A file", () => {
  test("has a head, to which its address leads as well, with its length", async () => {
    const reply = await curl(["-L", "-I", file]);
    expect([reply.status, reply.headers["content-length"]]).toEqual([200, String(content.length)]);
    expect(reply.headers["accept-ranges"]).toBe("bytes");
  });

  test.each([
    ["its first bytes", "0-99", content.subarray(0, 100), "bytes 0-99/300007"],
    ["bytes in the middle", "100000-100009", content.subarray(100_000, 100_010), "bytes 100000-100009/300007"],
    ["its last bytes", "-10", content.subarray(-10), "bytes 299997-300006/300007"],
    ["all from a byte on", "300000-", content.subarray(300_000), "bytes 300000-300006/300007"],
    ["more than there is", "300000-999999", content.subarray(300_000), "bytes 300000-300006/300007"],
  ])("is given in parts: %s", async (_, range, bytes, said) => {
    const reply = await curl(["-L", "-r", range, file]);
    expect([reply.status, reply.headers["content-range"]]).toEqual([206, said]);
    expect(reply.body.equals(bytes)).toBe(true);
  });

  test("has nothing behind its end, which is said with its length and without a word of the store", async () => {
    const { status, headers, body } = await curl(["-L", "-r", "300007-", file]);
    expect([status, headers["content-range"], body.toString()]).toEqual([
      416,
      "bytes */300007",
      "This file has no such part.\n",
    ]);
  });

  test("is given whole, or in the parts that were asked for, to who wants several", async () => {
    const { status, body } = await curl(["-L", "-r", "0-9,200-209", file]);
    const parts = [content.subarray(0, 10), content.subarray(200, 210)];
    expect([200, 206]).toContain(status);
    expect(status === 200 ? body.equals(content) : parts.every((part) => body.includes(part))).toBe(true);
  });

  test("goes on where a download ended", async () => {
    const { status, body } = await curl(["-L", "-C", "150000", file]);
    expect([status, Buffer.concat([content.subarray(0, 150_000), body]).equals(content)]).toEqual([206, true]);
  });

  test("is given whole to who has a part of another one", async () => {
    const { headers } = await curl(["-L", "-I", file]);
    const part = (state: string) => curl(["-L", "-r", "0-3", "-H", `If-Range: ${state}`, file]);
    for (const state of ['"another"', "Mon, 01 Jan 2001 00:00:00 GMT"]) {
      const { status, body } = await part(state);
      expect([status, body.equals(content)]).toEqual([200, true]);
    }
    for (const state of [headers["etag"] ?? "", headers["last-modified"] ?? ""])
      expect([(await part(state)).status, state]).toEqual([206, state]);
  });

  test("is not sent again to who has it", async () => {
    const { headers } = await curl(["-L", "-r", "0-0", file]);
    const reply = await curl(["-L", "-H", `If-None-Match: ${headers["etag"]}`, file]);
    expect([reply.status, reply.body.length]).toEqual([304, 0]);
    const since = ["-H", `If-Modified-Since: ${headers["last-modified"]}`];
    expect((await curl(["-L", ...since, file])).status).toBe(304);
    const other = await curl(["-L", "-H", 'If-None-Match: "another"', ...since, file]);
    expect([other.status, other.body.length]).toEqual([200, content.length]);
  });

  test.each(["PUT", "POST", "DELETE", "PATCH"])(
    "is not changed by %s, at its address or the store's",
    async (method) => {
      const { url } = await curl(["-L", "-r", "0-0", file]);
      const targets = [file, url, `${site.url}/opendata-files/new.bin`, `${site.url}/opendata-files/`];
      const asked = targets.map(async (target) => (await curl(["-X", method, "-d", "x", target])).status);
      // The store's own paths need not be there.
      expect((await Promise.all(asked)).filter((status) => status !== 405 && status !== 404)).toEqual([]);
      const { body } = await curl(["-L", file]);
      expect(body.equals(content)).toBe(true);
    },
  );
});

test("HEAD of a page says what GET says, without the page", async () => {
  const [head, page] = [await curl(["-I", `${site.url}/dataset`]), await curl([`${site.url}/dataset`])];
  expect([head.status, head.headers["content-type"]]).toEqual([200, page.headers["content-type"]]);
  expect(head.received).toBe(0);
});

test("a long question is answered: search pages make such", async () => {
  const reply = await curl([`${site.url}/dataset?q=water&padding=${"a".repeat(12_000)}`]);
  expect(reply.status).toBe(200);
});

test("JavaScript finds the German words of CKAN's own modules", async () => {
  const words = JSON.parse((await curl([`${site.url}/api/i18n/de`])).body.toString());
  expect(words[""]).toMatchObject({ domain: "ckan", lang: "de" });
  expect(words["Please Confirm Action"]).toEqual([null, "Bestätige bitte die Aktion"]);
  expect(words["Close"]).toEqual([null, "Schließen"]);
});

test("a logo that is not there is not found", async () => {
  expect((await curl(["-L", `${site.url}/uploads/group/none.png`])).status).toBe(404);
});

async function removeData(): Promise<void> {
  await admin.try("dataset_purge", { id: dataset });
  await admin.try("organization_purge", { id: organization });
}
