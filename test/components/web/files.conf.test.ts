/** Files of visitors, sent by a real nginx from the disk and from a store that behaves as MinIO does. */
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CspMode } from "../../../components/web/headers.ts";
import { csv, type FakeStore, startStore } from "../../support/store.ts";
import { type Answer, startWebProxy, type WebProxy } from "../../support/web-proxy.ts";

const policy = "default-src 'self'";
const sandbox = "sandbox; frame-ancestors 'self'";
const file = "/dataset/a/resource/b/download/c.csv";

let site: WebProxy;
let store: FakeStore;
beforeAll(async () => {
  site = await startWebProxy({ handsFilesOn: true });
  store = await startStore();
});
afterAll(async () => {
  await site.stop();
  store.stop();
});
beforeEach(() => {
  site.seen.length = 0;
  store.seen.length = 0;
  store.keeps(csv);
  site.answers((_seen, response) => response.writeHead(404).end("CKAN's"));
});

/** CKAN hands a file on, by its name on the disk. */
function fromDisk(name: string, more: Record<string, string> = {}): void {
  const place = `/_files/${name.split("/").map(encodeURIComponent).join("/")}`;
  site.answers((_seen, response) => response.writeHead(200, { ...csv, ...more, "X-Accel-Redirect": place }).end());
}

const told = ({ status, headers, body }: Answer) => [status, headers["content-range"], body];

describe("from either place", () => {
  const places = [
    ["the disk", () => fromDisk("resources/abc/def/hello")],
    ["the store", () => store.handOn(site)],
  ] as const;
  beforeAll(() => site.write("/var/lib/ckan/resources/abc/def/hello", "hello"));

  describe.each(places)("%s", (_name, hand) => {
    const ask = (headers: Record<string, string>) => site.ask(file, { headers });
    let now: { readonly etag: string; readonly date: string };
    beforeEach(async () => {
      hand();
      const { headers } = await site.ask(file);
      now = { etag: headers.etag ?? "", date: headers["last-modified"] ?? "" };
    });

    test("a part is sent, also to who knows the file", async () => {
      const part = [206, "bytes 0-3/5", "hell"];
      const range = { Range: "bytes=0-3" };
      expect(told(await ask(range))).toEqual(part);
      expect(told(await ask({ ...range, "If-Range": now.etag }))).toEqual(part);
      expect(told(await ask({ ...range, "If-Range": now.date }))).toEqual(part);
    });

    test.each(['"old"', "Mon, 01 Jan 2001 00:00:00 GMT"])("the whole is sent to who has a part of %s", async (old) => {
      const answer = await ask({ Range: "bytes=0-3", "If-Range": old });
      expect(told(answer)).toEqual([200, undefined, "hello"]);
    });

    test("what the visitor has is not sent again, and by its content rather than its date", async () => {
      expect((await ask({ "If-None-Match": now.etag })).status).toBe(304);
      expect((await ask({ "If-Modified-Since": now.date })).status).toBe(304);
      expect((await ask({ "If-None-Match": '"old"', "If-Modified-Since": now.date })).status).toBe(200);
    });

    test("a 304 leaves the browser what it was told with the file", async () => {
      const { headers } = await ask({ "If-None-Match": now.etag });
      expect(headers["content-security-policy"]).toBeUndefined();
      expect([undefined, csv["Content-Disposition"]]).toContain(headers["content-disposition"]);
    });

    test("nothing is sent of another file than the visitor wants", async () => {
      const answer = await ask({ "If-Match": '"old"', Range: "bytes=0-3" });
      expect(told(answer)).toEqual([412, undefined, "This file has changed.\n"]);
      const since = { "If-Unmodified-Since": "Mon, 01 Jan 2001 00:00:00 GMT" };
      expect((await ask(since)).status).toBe(412);
    });

    test("a part behind its end is refused with its length, in the site's own words", async () => {
      for (const method of ["GET", "HEAD"]) {
        const answer = await site.ask(file, { method, headers: { Range: "bytes=99999-" } });
        const text = method === "GET" ? "This file has no such part.\n" : "";
        expect(told(answer)).toEqual([416, "bytes */5", text]);
        expect(answer.headers["content-type"]).toBe("text/plain");
        expect(answer.rawHeaders.length).toBe(2 * Object.keys(answer.headers).length);
        expect(answer.headers["x-content-type-options"]).toBe("nosniff");
      }
    });

    test("HEAD says what GET says", async () => {
      const { status, headers, body } = await site.ask(file, { method: "HEAD" });
      expect([status, headers["content-length"], headers["content-type"], body]).toEqual([200, "5", "text/csv", ""]);
    });

    test("each header is there once, and nothing of who sends it", async () => {
      const { headers, rawHeaders } = await site.ask(file, { headers: { "Accept-Encoding": "gzip" } });
      const { date: _, connection: __, etag: ___, "last-modified": ____, ...given } = headers;
      expect(given).toEqual({
        server: "nginx",
        "content-type": "text/csv",
        "content-length": "5",
        "content-disposition": csv["Content-Disposition"],
        "accept-ranges": "bytes",
        "x-request-id": site.seen.at(-1)?.headers["x-request-id"],
        "x-content-type-options": "nosniff",
        "referrer-policy": "strict-origin-when-cross-origin",
        "content-security-policy": sandbox,
      });
      expect(rawHeaders.length).toBe(2 * Object.keys(headers).length);
    });

    test("it comes to who sent a large body along", async () => {
      const headers = { "Content-Length": "200000", Cookie: "ckan=x" };
      const { status } = await site.ask(file, { body: Buffer.alloc(200_000), headers });
      expect([status, store.seen.at(-1)?.body ?? ""]).toEqual([200, ""]);
    });
  });
});

describe.each([CspMode.ReportOnly, CspMode.Enforce, CspMode.Off])("with CSP %s", (mode) => {
  let other: WebProxy;
  beforeAll(async () => {
    other = await startWebProxy({ headers: { hstsSeconds: 60, contentSecurityPolicy: { mode, policy } } });
    other.write("/var/lib/ckan/storage/uploads/group/logo.svg", "<svg/>");
  });
  afterAll(() => other.stop());

  test.each([
    ["text/html", sandbox],
    ["image/svg+xml", sandbox],
    ["image/png", sandbox],
    ["application/pdf", "frame-ancestors 'self'"],
  ])("a file of type %s cannot act as the site", async (type, expected) => {
    other.answers((_seen, response) => {
      const place = { "X-Accel-Redirect": "/_files/storage/uploads/group/logo.svg", "Content-Type": type };
      response.writeHead(200, place).end();
    });
    const { headers } = await other.ask("/uploads/group/logo.svg");
    expect([headers["content-type"], headers["content-security-policy"]]).toEqual([type, expected]);
    expect(headers["content-security-policy-report-only"]).toBeUndefined();
    expect(headers["strict-transport-security"]).toBe("max-age=60");
  });
});

describe("from the disk", () => {
  beforeAll(() => {
    site.write("/var/lib/ckan/secret", "hidden");
    site.write("/var/lib/ckan/resources-of-others/a", "hidden");
    symlinkSync(join(site.nginx.folder, "var/lib/ckan/secret"), join(site.nginx.folder, "var/lib/ckan/resources/link"));
    symlinkSync(join(site.nginx.folder, "var/lib/ckan"), join(site.nginx.folder, "var/lib/ckan/resources/out"));
  });

  test.each(["100%.csv", "a%2Fb%20c", "what?.csv", "a#b", "данные 数据.csv", "a b+c.csv", "a&b=c;d", "..a", "a\nb"])(
    "a name may be any: %j",
    async (name) => {
      site.write(`/var/lib/ckan/storage/uploads/group/${name}`, name);
      fromDisk(`storage/uploads/group/${name}`);
      expect(told(await site.ask("/uploads/group/x"))).toEqual([200, undefined, name]);
    },
  );

  test.each(["resources/none", "resources/link", "resources/out/secret", "resources/../secret"])(
    "%s is no file of a visitor",
    async (name) => {
      fromDisk(name);
      const { status, body } = await site.ask(file);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(body).not.toMatch(/hidden/);
    },
  );

  test.each(["/_files/resources/abc/def/hello", "/_files/storage/uploads/x"])(
    "%s is nobody's without CKAN's word",
    async (path) => {
      const claimed = { "X-Accel-Redirect": "/_files/resources/abc/def/hello" };
      expect([(await site.ask(path, { headers: claimed })).status, site.seen]).toEqual([404, []]);
      expect((await site.ask("/about", { headers: claimed })).body).toBe("CKAN's");
    },
  );

  test("what CKAN refuses stays refused", async () => {
    site.answers((_seen, response) => response.writeHead(403).end("CKAN's"));
    expect(told(await site.ask(file))).toEqual([403, undefined, "CKAN's"]);
  });

  test("CKAN's word on who may keep a file, and a cookie, come along", async () => {
    fromDisk("resources/abc/def/hello", { "Cache-Control": "private", "Set-Cookie": "a=b" });
    const { headers } = await site.ask(file);
    expect([headers["cache-control"], headers["set-cookie"]]).toEqual(["private", ["a=b"]]);
  });
});
