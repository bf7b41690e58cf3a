/** What CKAN gets of a request, and what a visitor gets of its answer, through a real nginx. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { webPort } from "../../../components/web/options.ts";
import { openLine, startWebProxy, type WebProxy } from "../../support/web-proxy.ts";

let site: WebProxy;
beforeAll(async () => {
  site = await startWebProxy();
});
afterAll(() => site.stop());
beforeEach(() => {
  site.seen.length = 0;
  site.answers((_seen, response) => response.end("CKAN's"));
});

test("the port is one that a process without rights may open", () => {
  expect(webPort).toBe(5000);
});

describe("CKAN gets", () => {
  test("the request with whom it is for, and from whom; what visitors claim does not count", async () => {
    const forged = {
      "X-Forwarded-For": "203.0.113.9",
      "X-Forwarded-Host": "evil.example.org",
      "X-Request-ID": "forged",
      "Accept-Encoding": "gzip",
      "User-Agent": "test",
      Host: "open.example.org",
    };
    const { headers } = await site.ask("/dataset/new", { headers: forged });
    expect(site.seen[0]?.headers).toEqual({
      host: "open.example.org",
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-proto": "http",
      "x-request-id": headers["x-request-id"],
      "user-agent": "test",
    });
    expect(headers["x-request-id"]).toMatch(/^[0-9a-f]{32}$/);
  });

  test.each(["/a%2Fb/%D0%B4%20x?q=%20a%2B&b=%C3%BC", "/x//y/../z", "/?", "/dataset/new?a=b?c#d"])(
    "path and query as they were sent: %s",
    async (path) => {
      await site.ask(path);
      await site.ask(path, { method: "PUT", body: "small", headers: { "Content-Length": "5" } });
      expect(site.seen.map(({ url }) => url)).toEqual([path, path]);
    },
  );

  test.each([
    ["https", "https"],
    ["HTTPS", "https"],
    ["http", "http"],
    ["gopher", "http"],
  ])("from a load balancer that says %s: %s", async (said, told) => {
    await site.ask("/", { headers: { "X-Forwarded-Proto": said, Cookie: "a=b" } });
    expect(site.seen[0]?.headers["x-forwarded-proto"]).toBe(told);
  });

  test("the site's name where a request names none", async () => {
    const line = await openLine(site.nginx.url);
    line.write("GET /about HTTP/1.0\r\n\r\n");
    expect(await line.until("CKAN's")).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(site.seen[0]?.headers.host).toBe("data.example.org");
  });

  test("a query of nearly 16 kB", async () => {
    const path = `/dataset/?q=${"x".repeat(15_000)}`;
    expect([(await site.ask(path)).status, site.seen[0]?.url]).toEqual([200, path]);
  });
});

describe("a visitor", () => {
  test("keeps the connection for further requests", async () => {
    const line = await openLine(site.nginx.url);
    for (const answer of ["first", "second"]) {
      site.answers((_seen, response) => response.end(answer));
      line.write("GET /about HTTP/1.1\r\nHost: data.example.org\r\n\r\n");
      expect(await line.until(answer)).toContain("HTTP/1.1 200 OK");
    }
    line.close();
  });

  const compressed = async (type: string, length: number) => {
    site.answers((_seen, response) => response.writeHead(200, { "Content-Type": type }).end("x".repeat(length)));
    const { headers } = await site.ask("/about", { headers: { "Accept-Encoding": "gzip", Via: "1.1 proxy" } });
    return [headers["content-encoding"], headers.vary];
  };

  test.each([
    "text/html; charset=utf-8",
    "application/json",
    "text/csv",
    "text/turtle",
    "application/rdf+xml",
    "image/svg+xml",
  ])("gets %s compressed, also behind a proxy", async (type) => {
    expect(await compressed(type, 1000)).toEqual(["gzip", "Accept-Encoding"]);
  });

  test.each([
    ["image/png", 5000],
    ["application/zip", 5000],
    ["application/octet-stream", 5000],
    ["text/html", 200],
  ])("gets %s of %d bytes as it is", async (type, length) => {
    site.answers((_seen, response) => {
      response.writeHead(200, { "Content-Type": type, "Content-Length": length }).end("x".repeat(length));
    });
    const { headers } = await site.ask("/about", { headers: { "Accept-Encoding": "gzip" } });
    expect(headers["content-encoding"]).toBe(undefined);
  });

  test("can unpack what is compressed", async () => {
    site.answers((_seen, response) => response.writeHead(200, { "Content-Type": "text/csv" }).end("ü,".repeat(2000)));
    const answer = await fetch(`${site.nginx.url}/about`, { headers: { "Accept-Encoding": "gzip" } });
    expect(await answer.text()).toBe("ü,".repeat(2000));
  });

  test.each([404, 413, 500, 503])("gets CKAN's own answer when that is %d", async (status) => {
    site.answers((_seen, response) => response.writeHead(status, { "Content-Type": "text/plain" }).end("CKAN's own"));
    const answer = await site.ask("/about");
    expect([answer.status, answer.body]).toEqual([status, "CKAN's own"]);
  });

  test("is told when to come back by CKAN, where CKAN says it, and only once", async () => {
    site.answers((_seen, response) => response.writeHead(503, { "Retry-After": "77" }).end());
    const { rawHeaders } = await site.ask("/about");
    expect(rawHeaders.filter((_, index) => rawHeaders[index - 1] === "Retry-After")).toEqual(["77"]);
  });

  test("is told by nginx while CKAN is away, and is served as soon as it is back", async () => {
    await site.ckan(false);
    const { status, headers, body } = await site.ask("/about?secret=1");
    expect([status, headers["retry-after"], headers["content-type"], body]).toEqual([
      502,
      "5",
      "text/plain",
      "This site does not answer at the moment. Please try again in a moment.\n",
    ]);
    const checks = [await site.ask("/_live"), await site.ask("/_started"), await site.ask("/_ready")];
    expect(checks.map((check) => check.status)).toEqual([204, 502, 502]);
    await site.ckan(true);
    expect((await site.ask("/about")).status).toBe(200);
  });

  test("learns nothing of nginx's version", async () => {
    expect((await site.ask("/about")).headers["server"]).toBe("nginx");
  });
});

describe("a look at a pod", () => {
  test.each([
    ["/_live", []],
    ["/_started", ["/_live"]],
    ["/_ready", ["/_ready"]],
  ])("at %s asks CKAN for %s, and is in the log only when it fails", async (path, asked) => {
    await site.ask(path);
    expect(site.seen.map(({ url }) => url)).toEqual(asked);
    await site.logged(await site.ask("/about"));
    expect(site.log().filter((line) => line["path"] === path && line["status"] !== 502)).toEqual([]);
  });

  test.each(["/_known", "/_upload", "/_stranger"])("finds no path %s", async (path) => {
    const { status } = await site.ask(path);
    expect([status, site.seen.length]).toEqual([404, 0]);
  });
});

describe("the log", () => {
  test("has a line of JSON for each request, under the id that the visitor got", async () => {
    site.answers((_seen, response) => response.writeHead(404).end("gone"));
    const agent = 'a "quoted" agent \\';
    const answer = await site.ask("/user/reset/1", { headers: { "User-Agent": agent } });
    expect(await site.logged(answer)).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/),
      id: answer.headers["x-request-id"],
      address: "127.0.0.1",
      method: "GET",
      path: "/user/reset/1",
      protocol: "HTTP/1.1",
      status: 404,
      bytes: expect.any(Number),
      received: expect.any(Number),
      seconds: expect.any(Number),
      ckanSeconds: expect.stringMatching(/^\d\.\d{3}$/),
      ckanStatus: "404",
      cache: "",
      agent,
    });
  });

  test("holds no query, neither of requests that were answered nor of those that went wrong", async () => {
    const paths = ["/user/reset?key=hidden-1", "/dataset/?q=hidden-2", "/base/none.css?hidden-3", "/%00?hidden-4"];
    for (const path of paths) await site.ask(path);
    await site.ckan(false);
    for (const path of paths) await site.ask(path);
    await site.ckan(true);
    await site.ask("/dataset/new?hidden-5", { method: "POST", body: Buffer.alloc(3_000_000) }).catch(() => {});
    const line = await openLine(site.nginx.url);
    line.write("GET /?hidden-6 HTTP/9.9\r\n\r\n");
    line.write("nonsense?hidden-7\r\n\r\n");
    await site.logged(await site.ask("/about"));
    expect(site.log().some(({ path }) => path === "/user/reset")).toBe(true);
    expect(site.nginx.log()).not.toContain("hidden");
    line.close();
  });
});
