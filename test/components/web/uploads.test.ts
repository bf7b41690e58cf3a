/** Bodies of requests on their way through a real nginx: when CKAN sees them, and whose are refused before they are sent. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openLine, startWebProxy, type WebProxy } from "../../support/web-proxy.ts";

const megabyte = 2 ** 20;
const token = { Authorization: "token" };

let site: WebProxy;
/** What CKAN says when it is asked whether it knows who sends something. */
let known = 204;
beforeAll(async () => {
  site = await startWebProxy({ maximumUploadMegabytes: 2 });
});
afterAll(() => site.stop());
beforeEach(() => {
  site.seen.length = 0;
  known = 204;
  site.answers(({ url }, response) => response.writeHead(url === "/_known" ? known : 200).end("CKAN's"));
});

const asked = () => site.seen.map(({ method, url }) => `${method} ${url}`);
const post = (path: string, length: number, headers: Record<string, string> = {}) =>
  site.ask(path, {
    method: "POST",
    body: Buffer.alloc(length, "x"),
    headers: { "Content-Length": `${length}`, ...headers },
  });
/** The head of a request alone, as whoever wants to hold a place sends it. */
const announce = async (length: number, headers = "") => {
  const line = await openLine(site.nginx.url);
  line.write(`POST /dataset/new HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n${headers}\r\n`);
  return line;
};
const notKnown = "This is more than this site takes of somebody who is not logged in.\n";
const tooLarge = "This site takes files of up to 2 MB.\n";

describe("CKAN sees a body", () => {
  test.each([
    ["that comes slowly", { length: 20, headers: "" }],
    ["that is large and comes slowly", { length: 200_000, headers: "Cookie: ckan=x\r\n" }],
  ])("%s only when all of it has come", async (_name, { length, headers }) => {
    const line = await announce(length, headers);
    for (let sent = 0; sent < length - 10; sent += (length - 10) / 2) {
      line.write("x".repeat((length - 10) / 2));
      await sleep(60);
      expect(asked().filter((url) => url !== "GET /_known")).toEqual([]);
    }
    line.write("x".repeat(10));
    await line.until("CKAN's");
    expect(site.seen.at(-1)?.body).toBe("x".repeat(length));
    line.close();
  });

  test("that was sent in chunks whole, with its length", async () => {
    const headers = { "Transfer-Encoding": "chunked", ...token };
    await site.ask("/api/3/action/resource_create", { method: "POST", body: "y".repeat(150_000), headers });
    const { headers: given, body } = site.seen.at(-1) ?? { headers: {}, body: "" };
    expect([given["content-length"], given["transfer-encoding"], body.length]).toEqual(["150000", undefined, 150_000]);
  });
});

describe("a large body", () => {
  const path = "/d%C3%A4/x//new?name=a%2Fb";

  test.each([
    ["a session", { Cookie: "ckan=x" }],
    ["a token", token],
    ["a token in CKAN's older header", { "X-CKAN-API-Key": "x" }],
  ])("is received from whom CKAN knows by %s, and comes under its own path", async (_name, headers) => {
    expect((await post(path, 2 * megabyte, headers)).status).toBe(200);
    expect(asked()).toEqual(["GET /_known", `POST ${path}`]);
    const [question, upload] = site.seen;
    expect([question?.body, question?.headers["content-length"], upload?.body.length]).toEqual([
      "",
      undefined,
      2 * megabyte,
    ]);
    expect(question?.headers).toMatchObject(
      Object.fromEntries(Object.entries(headers).map(([k, v]) => [k.toLowerCase(), v])),
    );
    expect([question, upload].map((seen) => seen?.headers["x-request-id"])).toEqual(
      Array(2).fill(upload?.headers["x-request-id"]),
    );
  });

  test("is refused from whom CKAN does not know, before it is sent", async () => {
    known = 401;
    const line = await announce(2 * megabyte, "Cookie: ckan=forged\r\n");
    expect(await line.until(notKnown)).toMatch(/^HTTP\/1\.1 413 /);
    expect(asked()).toEqual(["GET /_known"]);
    line.close();
  });

  test("is refused while CKAN does not answer the question", async () => {
    known = 500;
    const { status, headers } = await post("/dataset/new", 200_000, token);
    expect([status, headers["retry-after"]]).toEqual([503, "5"]);
    expect(asked()).toEqual(["GET /_known"]);
  });

  test("is taken up to a megabyte from somebody who shows nothing, and CKAN is not asked first", async () => {
    expect((await post(path, megabyte)).status).toBe(200);
    expect([asked(), site.seen[0]?.body.length]).toEqual([[`POST ${path}`], megabyte]);
    const { status, body } = await post(path, megabyte + 1);
    expect([status, body, site.seen.length]).toEqual([413, notKnown, 1]);
  });

  test("without a length counts as one", async () => {
    const chunked = { "Transfer-Encoding": "chunked" };
    await site.ask("/user/login", { method: "POST", body: "x", headers: { ...chunked, ...token } });
    expect(asked()).toEqual(["GET /_known", "POST /user/login"]);
    const { status, body } = await site.ask("/user/login", {
      method: "POST",
      body: Buffer.alloc(megabyte + 1),
      headers: chunked,
    });
    expect([status, body]).toEqual([413, notKnown]);
  });

  test.each([token, {}])(
    "that is larger than any file is refused at once, with a word how large it may be: %o",
    async (headers) => {
      const line = await announce(
        3 * megabyte + 1,
        Object.entries(headers)
          .map(([k, v]) => `${k}: ${v}\r\n`)
          .join(""),
      );
      const answer = await line.until(Object.keys(headers).length > 0 ? tooLarge : notKnown);
      expect(answer).toMatch(/^HTTP\/1\.1 413 /);
      expect(asked()).toEqual([]);
      line.close();
    },
  );

  test("may be as large as a file and a megabyte for the rest of its form", async () => {
    expect((await post("/dataset/new", 3 * megabyte, token)).status).toBe(200);
  });
});

test.each(["GET", "POST", "PUT", "DELETE", "PATCH"])("a small body goes straight to CKAN with %s", async (method) => {
  const headers = { "Content-Length": "5", ...token };
  await site.ask("/api/3/action/x", { method, body: "small", headers });
  expect([asked(), site.seen[0]?.body]).toEqual([[`${method} /api/3/action/x`], "small"]);
});
