/** Files of visitors that a real nginx fetches from a store: what it asks, and what it leaves out of the answers. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { csv, type FakeStore, link, startStore } from "../../support/store.ts";
import { type Question, startWebProxy, type WebProxy } from "../../support/web-proxy.ts";

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

describe("a file from the store", () => {
  const visitor = {
    Authorization: "token",
    Cookie: "ckan=x",
    "X-CKAN-API-Key": "key",
    "X-Forwarded-For": "203.0.113.9",
    Range: "bytes=1-2",
  };

  test.each<readonly [string, Question]>([
    ["GET", { headers: visitor }],
    ["HEAD", { method: "HEAD", headers: visitor }],
  ])(
    "%s asks it by the link as it was signed, and tells nothing of the visitor but the range",
    async (method, question) => {
      store.handOn(site);
      const { status, headers } = await site.ask(file, question);
      expect([status, headers["content-range"]]).toEqual([206, "bytes 1-2/5"]);
      expect(store.seen.map(({ method, url, body }) => [method, url, body])).toEqual([[method, link, ""]]);
      expect(store.seen[0]?.headers).toEqual({ host: "files:9000", range: "bytes=1-2" });
    },
  );

  test.each([
    ["text/html", 'inline; filename="a; b.html"', 'attachment; filename="a; b.html"'],
    ["text/html", undefined, "attachment"],
    ["image/svg+xml", "inline", "attachment"],
    ["text/csv; charset=utf-8", "attachment; filename=a", "attachment; filename=a"],
    ["application/pdf", "inline; filename=a.pdf", "inline; filename=a.pdf"],
    ["application/pdf, text/html", "inline", "attachment"],
    ["image/png", "inline; filename=a.png", "inline; filename=a.png"],
    ["image/png", "attachment; filename=a.png", "attachment; filename=a.png"],
    ["image/png", undefined, undefined],
  ])("a file of type %s with %s has %s", async (type, given, expected) => {
    store.keeps({ "Content-Type": type, ...(given !== undefined && { "Content-Disposition": given }) });
    store.handOn(site);
    const { headers, rawHeaders } = await site.ask(file);
    expect(headers["content-disposition"]).toBe(expected);
    expect(rawHeaders.filter((name) => name.toLowerCase() === "content-disposition").length).toBeLessThan(2);
  });

  test.each([
    [400, 400, "This file is not there.\n"],
    [403, 403, "This file is not there.\n"],
    [404, 404, "This file is not there.\n"],
    [412, 412, "This file has changed.\n"],
    [500, 503, "This site does not answer at the moment. Please try again in a moment.\n"],
    [503, 503, "This site has too much to do. Please try again in a moment.\n"],
  ])("its error %i is %i in the site's own words, with nothing of the store", async (error, status, text) => {
    store.handOn(site, `${link}&status=${error}`);
    const answer = await site.ask(file);
    expect([answer.status, answer.body]).toEqual([status, text]);
    expect(JSON.stringify(answer.headers)).not.toMatch(/amz|bucket|xml|ratelimit/i);
    expect(answer.headers["x-content-type-options"]).toBe("nosniff");
  });

  test("the store cannot send nginx anywhere", async () => {
    store.keeps({ ...csv, "X-Accel-Redirect": "/_live" });
    store.handOn(site);
    const { status, body, headers } = await site.ask(file);
    expect([status, body, headers["x-accel-redirect"]]).toEqual([200, "hello", undefined]);
  });

  test("nothing comes without CKAN's word, whatever a visitor claims", async () => {
    const claimed = {
      "X-Accel-Redirect": "/_store",
      "X-Store-Link": `${store.url}${link}`,
      "X-Store-Host": "files:9000",
    };
    const direct = await site.ask("/_store", { headers: claimed });
    const other = await site.ask("/about", { headers: claimed });
    expect([direct.status, other.body, store.seen.length]).toEqual([404, "CKAN's", 0]);
    expect(site.seen.map(({ url }) => url)).toEqual(["/about"]);
  });

  test("neither links nor their signatures are in the log", async () => {
    store.handOn(site);
    const line = await site.logged(await site.ask(`${file}?secret=1`));
    expect([line["path"], line["status"]]).toEqual([file, 200]);
    expect(site.nginx.log()).not.toMatch(/Signature|secret=/);
  });
});
