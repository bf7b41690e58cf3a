/** What a real nginx keeps for strangers, and for whom. Which answers CKAN lets it keep: test/ckan/strangers.test.ts. */
import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { renderNginx } from "../../../components/web/nginx.conf.ts";
import { openLine, proxyOptions, type Question, startWebProxy, type WebProxy } from "../../support/web-proxy.ts";

let site: WebProxy;
beforeAll(async () => {
  site = await startWebProxy({ tokenHeader: "X-Site-Pass" });
});
afterAll(() => site.stop());

/** What strangers.py says of an answer that is kept for so long, and for some time more while it is made anew. */
const marks = (seconds = 60, more = seconds) => ({
  "Cache-Control": `public, max-age=${seconds}, stale-while-revalidate=${more}`,
  "X-Visitors-Cache-Control": "public, max-age=0, must-revalidate",
  Vary: "Cookie",
});
const answer = (status: number, headers: Record<string, string>, text?: string) => {
  site.answers((_seen, response, number) => response.writeHead(status, headers).end(text ?? `answer ${number}`));
};
const asked = () => site.seen.length;
const body = async (path: string, question?: Question) => (await site.ask(path, question)).body;

/** A page that nobody asked for before. */
let page = "";
let pages = 0;
beforeEach(() => {
  pages += 1;
  page = `/dataset/page-${pages}`;
  site.seen.length = 0;
  answer(200, marks());
});

describe("an answer that strangers share", () => {
  test.each(["/", "/de/", "/dataset/a", "/de/dataset/a", "/dataset/?q=x", "/api/3/action/package_search?q=x"])(
    "to %s is made once, and visitors are told what CKAN said",
    async (path) => {
      const [first, second] = [await site.ask(path), await site.ask(path)];
      expect([first.body, second.body, asked()]).toEqual(["answer 1", "answer 1", 1]);
      for (const { headers, rawHeaders } of [first, second]) {
        expect(headers["cache-control"]).toBe("public, max-age=0, must-revalidate");
        expect(rawHeaders.filter((name) => name.toLowerCase() === "cache-control").length).toBe(1);
        expect(headers).not.toHaveProperty("x-visitors-cache-control");
      }
      expect(first.headers["x-request-id"]).not.toBe(second.headers["x-request-id"]);
    },
  );

  test("is made by one request while the others wait for it", async () => {
    site.answers(async (_seen, response, number) => {
      await sleep(150);
      response.writeHead(200, marks()).end(`answer ${number}`);
    });
    expect(await Promise.all([1, 2, 3, 4, 5].map(() => body(page)))).toEqual(Array(5).fill("answer 1"));
  });

  test("is given to HEAD as well, without its content", async () => {
    await body(page);
    const { status, headers, body: content } = await site.ask(page, { method: "HEAD" });
    expect([status, headers["cache-control"], content, asked()]).toEqual([
      200,
      marks()["X-Visitors-Cache-Control"],
      "",
      1,
    ]);
  });

  test.each<readonly [string, Question | string]>([
    ["query", "?q=other"],
    ["host", { headers: { Host: "other.example.org" } }],
    ["scheme", { headers: { "X-Forwarded-Proto": "https" } }],
    ["kind of content", { headers: { Accept: "text/turtle" } }],
    ["language", { headers: { "Accept-Language": "de" } }],
  ])("is another one for another %s", async (_name, other) => {
    const [path, question] = typeof other === "string" ? [page + other, {}] : [page, other];
    const bodies = [await body(page), await body(path, question), await body(page), await body(path, question)];
    expect(bodies).toEqual(["answer 1", "answer 2", "answer 1", "answer 2"]);
  });
});

describe("an answer of somebody who", () => {
  const raw = async (path: string, ...lines: readonly string[]) => {
    const line = await openLine(site.nginx.url);
    line.write(
      `${[`GET ${path} HTTP/1.1`, "Host: a.example.org", "Connection: close", ...lines].join("\r\n")}\r\n\r\n`,
    );
    const text = await line.until("\r\n0\r\n");
    line.close();
    return /answer \d+/.exec(text)?.[0];
  };
  const host = { Host: "a.example.org" };

  test("says twice what kind of content is wanted: CKAN hears what the answer is kept by", async () => {
    const twice = [await raw(page, "Accept: text/html", "Accept: text/turtle"), site.seen[0]?.headers["accept"]];
    const once = { ...host, Accept: twice[1] ?? "" };
    expect([await body(page, { headers: once }), asked()]).toEqual([twice[0], 1]);
    // nginx before 1.23 sees the first line alone, later ones both.
    expect(twice[1]).toMatch(/^text\/html(, text\/turtle)?$/);
  });

  test("says twice in which language: CKAN hears what the answer is kept by", async () => {
    const twice = [
      await raw(page, "Accept-Language: en", "Accept-Language: de"),
      site.seen[0]?.headers["accept-language"],
    ];
    const once = { ...host, "Accept-Language": twice[1] ?? "" };
    expect([await body(page, { headers: once }), asked()]).toEqual([twice[0], 1]);
  });

  test("writes a part of the address like a header is no other's: neither is ends where the other begins", async () => {
    const first = await raw(`${page}?q=x|text/html`, "Accept: de");
    expect(await raw(`${page}?q=x`, "Accept: text/html|de")).not.toBe(first);
    const second = await raw(`${page}?q=y`, "Accept: text/html|de", "Accept-Language: en");
    expect(await raw(`${page}?q=y`, "Accept: text/html", "Accept-Language: de|en")).not.toBe(second);
  });
});

test("twenty strangers wait a moment, and not five seconds, for an answer that is not kept after all", async () => {
  site.answers(async (_seen, response) => {
    await sleep(100);
    response.writeHead(200, { "Cache-Control": "private" }).end("alone");
  });
  const begun = performance.now();
  const bodies = await Promise.all(Array.from({ length: 20 }, () => body(page)));
  expect([bodies, performance.now() - begun < 2500]).toEqual([Array(20).fill("alone"), true]);
});

describe("is neither kept for nor given to somebody with", () => {
  const value = "x";
  const names = [
    "Cookie",
    "Authorization",
    "Proxy-Authorization",
    "X-CKAN-API-Key",
    "X-API-Key",
    "X-CSRFToken",
    "X-CSRF-Token",
    "X-Forwarded-User",
    "X-Remote-User",
    "X-Auth-Request-User",
    "Remote-User",
    "Origin",
    "X-Site-Pass",
    "HX-Request",
    "HX-Boosted",
    "HX-Current-URL",
    "HX-History-Restore-Request",
    "HX-Prompt",
    "HX-Target",
    "HX-Trigger",
    "HX-Trigger-Name",
  ];
  const headers = names.map((name) => [`the header ${name}`, { headers: { [name]: value } }] as const);
  test.each<readonly [string, Question]>([
    ...headers,
    ["a body, by which CKAN's API searches too", { headers: { "Content-Length": "9" }, body: '{"q":"x"}' }],
    ["a body of unknown length", { headers: { "Transfer-Encoding": "chunked" }, body: '{"q":"x"}' }],
    ["another method", { method: "POST", body: "x" }],
  ])("%s", async (_name, question) => {
    const before = await body(page, question);
    expect([before, await body(page), await body(page, question), await body(page)]).toEqual([
      "answer 1",
      "answer 2",
      "answer 3",
      "answer 2",
    ]);
  });

  test.each(headers)("%s, though it is a request like any other", async (_name, question) => {
    expect((await site.logged(await site.ask(page, question)))["cache"]).toBe("BYPASS");
  });

  test("what wsgi.py's file says nginx cannot know: then nothing is shared for as long as the file is there", async () => {
    await body(page);
    site.write("/var/lib/ckan/shares-nothing", "");
    const alone = [await body(page), await body(page)];
    rmSync(`${site.nginx.folder}/var/lib/ckan/shares-nothing`);
    expect([...alone, await body(page)]).toEqual(["answer 2", "answer 3", "answer 1"]);
  });
});

describe("an answer is not kept", () => {
  test.each<readonly [string, number, Record<string, string>]>([
    ["of which strangers.py says nothing", 200, { "Cache-Control": "public, max-age=0, must-revalidate" }],
    ["without a word about keeping it", 200, {}],
    ["that is private", 200, { "Cache-Control": "private" }],
    ["that must not be stored", 200, { "Cache-Control": "no-store" }],
    ["that sets a cookie", 200, { ...marks(), "Set-Cookie": "ckan=x" }],
    ["that went wrong", 500, {}],
  ])("%s", async (_name, status, headers) => {
    answer(status, headers);
    await body(page);
    await body(page);
    expect(asked()).toBe(2);
  });

  test.each(["/about", "/dataset/a/resource/b", "/user/login", "/api/3/action/package_show?id=a"])(
    "to %s",
    async (path) => {
      await body(path);
      await body(path);
      expect(asked()).toBe(2);
    },
  );

  test("where the site shares nothing", () => {
    expect(renderNginx({ ...proxyOptions, cacheSeconds: 0 })).not.toContain("proxy_cache");
  });
});

describe("an answer that is too old", () => {
  const stale = ["/dataset/changed", "/dataset/gone"];
  beforeAll(async () => {
    answer(200, marks(1, 60), "old");
    for (const path of stale) await body(path);
    answer(200, marks(1, 0), "old");
    await body("/dataset/unasked");
    // nginx counts whole seconds.
    await sleep(2050);
  });

  test("is given at once while it is made anew, and then no more", async () => {
    const renewed = Promise.withResolvers<void>();
    site.answers(async (_seen, response) => {
      await renewed.promise;
      response.writeHead(200, marks()).end("new");
    });
    // Nobody waits for the new one, which is not there before these are.
    const meanwhile = [await body("/dataset/changed"), await body("/dataset/changed")];
    while (asked() === 0) await sleep(5);
    expect([...meanwhile, asked()]).toEqual(["old", "old", 1]);
    renewed.resolve();
    while ((await body("/dataset/changed")) === "old") await sleep(5);
    expect(await body("/dataset/changed")).toBe("new");
  });

  test("makes place for the news that the page is gone, and that is kept as well", async () => {
    answer(404, marks(), "gone");
    while ((await body("/dataset/gone")) === "old") await sleep(5);
    const before = asked();
    const { status, body: content } = await site.ask("/dataset/gone");
    expect([status, content, asked() - before]).toEqual([404, "gone", 0]);
  });

  test("is given to nobody once it is older than that time, too", async () => {
    expect(await body("/dataset/unasked")).toBe("answer 1");
  });
});
