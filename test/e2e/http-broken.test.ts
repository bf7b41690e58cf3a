/**
 * Requests that are broken, by accident or on purpose, sent as they are. Proves that each is refused at once and by itself, and that the
 * site serves the next one. Does not prove: that no other trick gets past a gateway in front, which has its own parser.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { curl, uploadArguments } from "./support/peers/curl.ts";
import { Files } from "./support/peers/files.ts";
import { exchange, type RawAnswer } from "./support/peers/raw.ts";
import { ensurePeers } from "./support/peers/tools.ts";
import { Client, logIn, siteOutput } from "./support/site.ts";

const organization = "e2e-broken-office";
const dataset = "e2e-broken";
/** What a file over the limit of Pulumi.dev.yaml is told. */
const refusal = "This site takes files of up to 100 MB.";
const megabyte = 2 ** 20;
const create = "/api/3/action/resource_create";

const files = new Files();
let url: string;
let token: string;
let admin: Client;

beforeAll(async () => {
  await ensurePeers();
  const site = siteOutput("opendata");
  url = site.url;
  token = await logIn(url, site.adminName, site.adminPassword);
  admin = new Client(url, token);
  await removeData();
  await admin.call("organization_create", { name: organization });
  await admin.call("package_create", { name: dataset, owner_org: organization });
});

afterEach(async () => {
  const { status } = await fetch(`${url}/api/3/action/package_search?rows=0`, { headers: { connection: "close" } });
  expect(status, "the next request").toBe(200);
});

afterAll(async () => {
  files.remove();
  await removeData();
});

describe("A request that says two things at once is refused, and what follows it is no request:", () => {
  const json = "Content-Type: application/json";
  const smuggled = "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n";

  test.each([
    ["two lengths", [json, "Content-Length: 2", "Content-Length: 5"], "{}"],
    ["a length and chunks", [json, "Content-Length: 2", "Transfer-Encoding: chunked"], "2\r\n{}\r\n0\r\n\r\n"],
    ["chunks and a length", [json, "Transfer-Encoding: chunked", "Content-Length: 200"], "2\r\n{}\r\n0\r\n\r\n"],
    ["chunks twice", [json, "Transfer-Encoding: chunked", "Transfer-Encoding: identity"], "2\r\n{}\r\n0\r\n\r\n"],
    ["chunks that are none", [json, "Transfer-Encoding: xchunked", "Content-Length: 2"], "{}"],
    ["a name with a space", [json, "Content-Length : 2"], "{}"],
    ["a length that is no number", [json, "Content-Length: two"], "{}"],
    ["a length below zero", [json, "Content-Length: -2"], "{}"],
    ["a chunk whose length is no number", [json, "Transfer-Encoding: chunked"], "zz\r\n{}\r\n0\r\n\r\n"],
    ["two sites", [json, "Host: other.example.org", "Content-Length: 2"], "{}"],
    ["a header with a zero byte", [json, "X-Name: a\0b", "Content-Length: 2"], "{}"],
  ])("%s", async (_, headers, body) => {
    const head = ["POST /api/3/action/package_search HTTP/1.1", "Host: localhost", ...headers].join("\r\n");
    const answer = await exchange(url, `${head}\r\n\r\n${body}${smuggled}`);
    expect(answer.statuses).toHaveLength(1);
    // 501: a way of sending that nobody knows.
    expect(refused(answer) || answer.statuses[0] === 501, answer.text.slice(0, 200)).toBe(true);
    expect(answer.ended).toBe(true);
  });
});

describe("What is no request of HTTP/1.1 is refused:", () => {
  test.each([
    ["no site", "GET / HTTP/1.1\r\n\r\n"],
    ["no method that there is", "WATER / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"],
    ["a method of proxies", "CONNECT opendata-database:5432 HTTP/1.1\r\nHost: localhost\r\n\r\n"],
    ["a method that echoes", "TRACE / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"],
    ["a greeting of TLS", Buffer.from("16030100a5010000a10303", "hex").toString("latin1").padEnd(170, "\0")],
    ["nonsense", `${"\x01\x02\xfe water".repeat(20)}\r\n\r\n`],
  ])("%s", async (_, bytes) => {
    const answer = await exchange(url, bytes);
    expect([refused(answer), answer.ended], answer.text.slice(0, 200)).toEqual([true, true]);
  });
});

describe("A form that is broken is refused, and adds no resource:", () => {
  const part = `--cut\r\nContent-Disposition: form-data; name="package_id"\r\n\r\n${dataset}\r\n`;
  const upload = `${part}--cut\r\nContent-Disposition: form-data; name="upload"; filename="a.bin"\r\n\r\nbytes`;

  test.each([
    ["no boundary", "multipart/form-data", `${upload}\r\n--cut--\r\n`],
    ["another boundary", "multipart/form-data; boundary=other", `${upload}\r\n--cut--\r\n`],
    ["an end in the middle", "multipart/form-data; boundary=cut", upload],
    ["an end in a header", "multipart/form-data; boundary=cut", upload.slice(0, part.length + 40)],
    ["JSON in its place", "multipart/form-data; boundary=cut", '{"package_id":"x"}'],
  ])("%s", async (_, type, body) => {
    const answer = await exchange(url, `${posted(type, body.length)}${body}`);
    expect(refused(answer), answer.text.slice(0, 300)).toBe(true);
    expect(await resources()).toBe(0);
  });

  test("a sender who hangs up half way", async () => {
    const answer = await exchange(url, `${posted("multipart/form-data; boundary=cut", 5000)}${upload}`, {
      finish: true,
    });
    expect([answer.statuses.filter((status) => status < 400), answer.seconds < 5]).toEqual([[], true]);
    expect(await resources()).toBe(0);
  });

  async function resources(): Promise<number> {
    return (await admin.call<{ resources: object[] }>("package_show", { id: dataset })).resources.length;
  }

  function posted(type: string, length: number): string {
    const headers = [
      "Host: localhost",
      `Authorization: ${token}`,
      `Content-Type: ${type}`,
      `Content-Length: ${length}`,
    ];
    return `${[`POST ${create} HTTP/1.1`, ...headers, "Connection: close"].join("\r\n")}\r\n\r\n`;
  }
});

describe("More than a server reads is refused at once:", () => {
  const padding = Array.from({ length: 100 }, (_, number) => `X-Padding-${number}: ${"a".repeat(1000)}`);

  test.each([
    ["an address of 100 kB", [`GET /dataset?q=${"a".repeat(100_000)} HTTP/1.1`, "Host: localhost"], [414]],
    ["a hundred headers of 1 kB", ["GET /dataset HTTP/1.1", "Host: localhost", ...padding], [400, 431]],
    [
      "a cookie of 100 kB",
      ["GET /dataset HTTP/1.1", "Host: localhost", `Cookie: a=${"a".repeat(100_000)}`],
      [400, 431],
    ],
  ])("%s", async (_, lines, statuses) => {
    const answer = await exchange(url, `${lines.join("\r\n")}\r\n\r\n`);
    expect(statuses).toContain(answer.statuses[0]);
    expect([answer.ended, answer.seconds < 3]).toEqual([true, true]);
  });
});

describe("A file over the limit is refused in words", () => {
  const large = `Host: localhost\r\nContent-Type: multipart/form-data; boundary=cut`;
  const strange = "This is more than this site takes of somebody who is not logged in.";

  test.each([
    [102, "an editor", refusal],
    [500, "an editor", refusal],
    [100_000, "an editor", refusal],
    [2, "a stranger", strange],
    [500, "a stranger", strange],
  ])("at once, when its length is said: %i MB from %s", async (megabytes, who, refusal) => {
    const known = who === "an editor" ? `\r\nAuthorization: ${token}` : "";
    const length = `Content-Length: ${megabytes * megabyte}`;
    const head = `POST ${create} HTTP/1.1\r\n${large}${known}\r\n${length}\r\n\r\n--cut\r\n`;
    const { statuses, text, seconds } = await exchange(url, head, { once: true });
    expect([statuses, seconds < 2]).toEqual([[413], true]);
    expect(text).toMatch(/^content-type: text\/plain/im);
    expect(text.split("\r\n\r\n")[1]?.trim()).toBe(refusal);
  });

  test("before a byte of it is sent by who asks first", async () => {
    const path = files.sparse("large.bin", 102 * megabyte);
    const asking = ["-H", "Expect: 100-continue", "--expect100-timeout", "20"];
    const reply = await curl([...asking, ...uploadArguments(url, dataset, path)], { token });
    expect([reply.status, reply.body.toString().trim(), reply.sent < megabyte]).toEqual([413, refusal, true]);
  });

  test("once it was passed, when its length is not said", async () => {
    const path = files.sparse("endless.bin", 300 * megabyte);
    const reply = await curl(["-X", "POST", "-H", "Transfer-Encoding: chunked", "-T", path, `${url}${create}`], {
      token,
    });
    expect([reply.status, reply.body.toString().trim(), reply.sent < 130 * megabyte]).toEqual([413, refusal, true]);
  });
});

function refused({ statuses: [status = 0] }: RawAnswer): boolean {
  return status >= 400 && status < 500;
}

async function removeData(): Promise<void> {
  await admin.try("dataset_purge", { id: dataset });
  await admin.try("organization_purge", { id: organization });
}
