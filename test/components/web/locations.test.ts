/** What a real nginx serves from the pod's disk without CKAN. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startWebProxy, type WebProxy } from "../../support/web-proxy.ts";

let site: WebProxy;

beforeAll(async () => {
  site = await startWebProxy();
});
afterAll(() => site.stop());
beforeEach(() => {
  site.seen.length = 0;
  site.answers((_seen, response) => response.writeHead(404).end("CKAN's"));
});

describe("from the disk", () => {
  const immutable = "public, max-age=31536000, immutable";
  beforeAll(() => {
    site.write("/var/lib/ckan/webassets/base/0fdb5ee0_main.css", "compiled");
    site.write("/var/lib/ckan/webassets/vendor/main.css", "compiled");
    site.write("/var/lib/ckan/webassets/.webassets-cache/0fdb5ee0_x", "cache");
    site.write("/var/lib/ckan/public/base/logo.PNG", "picture");
    site.write("/var/lib/ckan/public/base/font.ttf", "font");
    site.write("/var/lib/ckan/public/base/notes.txt", "notes");
    site.write("/var/lib/ckan/resources/a.css", "of a visitor");
    site.write("/var/lib/ckan/secret.css", "hidden");
  });

  test.each([
    ["/webassets/base/0fdb5ee0_main.css", "compiled", immutable, "text/css"],
    ["/webassets/vendor/main.css", "compiled", "max-age=300", "text/css"],
    ["/base/logo.PNG", "picture", "max-age=3600", "image/png"],
    ["/base/font.ttf", "font", "max-age=3600", "font/ttf"],
    ["/base/logo.PNG?0fdb5ee0_x", "picture", "max-age=3600", "image/png"],
  ])("%s comes without CKAN, to be kept as %3$s", async (path, content, control, type) => {
    const { status, headers, body, rawHeaders } = await site.ask(path);
    expect([status, body, headers["cache-control"], headers["content-type"]]).toEqual([200, content, control, type]);
    expect(rawHeaders.filter((name) => name === "Cache-Control").length).toBe(1);
    expect([headers["x-content-type-options"], headers["x-request-id"]?.length, site.seen.length]).toEqual([
      "nosniff",
      32,
      0,
    ]);
  });

  test.each([
    "/webassets/base/0fdb5eff_main.css",
    "/webassets/base/none.css",
    "/base/none.png",
    "/base/notes.txt",
    "/uploads/group/logo.png",
    "/secret.css",
    "/resources/a.css",
  ])("%s is not there: CKAN is asked, and its answer is not to be kept", async (path) => {
    const { status, headers, body } = await site.ask(path);
    expect([status, body, headers["cache-control"], site.seen[0]?.url]).toEqual([404, "CKAN's", undefined, path]);
  });

  test("what other releases have comes from CKAN, as CKAN says that it may be kept", async () => {
    site.answers((_seen, response) => response.writeHead(200, { "Cache-Control": immutable }).end("of another"));
    const { headers, body, rawHeaders } = await site.ask("/webassets/base/0fdb5eff_main.css");
    expect([body, headers["cache-control"]]).toEqual(["of another", immutable]);
    expect(rawHeaders.filter((name) => name === "Cache-Control").length).toBe(1);
  });

  test.each([
    "/webassets/.webassets-cache/0fdb5ee0_x",
    "/webassets/base/.hidden",
    "/webassets/%2Ewebassets-cache/0fdb5ee0_x",
  ])("%s is nobody's", async (path) => {
    expect([(await site.ask(path)).status, site.seen.length]).toEqual([404, 0]);
  });

  test.each([
    "/webassets/../secret.css",
    "/webassets/%2E%2E/secret.css",
    "/webassets/..%2Fsecret.css",
    "/base/../../secret.css",
    "/base/..%2f..%2fsecret.css",
    "/webassets../secret.css",
  ])("%s leads out of nothing", async (path) => {
    const { status, body } = await site.ask(path);
    expect([400, 404]).toContain(status);
    expect(body).not.toContain("hidden");
  });
});
