/** The name for those who send large files, as a real nginx serves it: the whole site, none of whose answers leads elsewhere. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { startWebProxy, type WebProxy } from "../../support/web-proxy.ts";

const siteUrl = "https://data.example.org";
const editors = "editors.data.example.org";
/** As CKAN 2.11 writes it (templates/base.html). */
const body = (root: string) =>
  `<body data-site-root="${root}/" data-locale-root="${root}/de/" ><a href="${siteUrl}/x">`;

let site: WebProxy;
beforeAll(async () => {
  site = await startWebProxy({ host: "data.example.org", editorsHost: editors });
  site.answers(({ method, url }, response) => {
    if (url === "/elsewhere") response.writeHead(302, { location: "https://files.example.net/a" });
    else if (method === "POST") response.writeHead(302, { location: `${siteUrl}/dataset/a` });
    else response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    response.end(body(siteUrl));
  });
});
afterAll(() => site.stop());

const by = (host: string) => ({ headers: { host } });

test("who saved something stays where they are logged in", async () => {
  const login = await site.ask("/user/login", { method: "POST", ...by(editors) });
  expect([login.status, login.headers.location]).toEqual([302, "/dataset/a"]);
  const { headers } = await site.ask("/user/login", { method: "POST", ...by("data.example.org") });
  expect(headers.location).toBe(`${siteUrl}/dataset/a`);
});

test("a large upload stays there, too", async () => {
  const { headers } = await site.ask("/dataset/a/resource/new", {
    method: "POST",
    headers: { host: editors, cookie: "ckan=1" },
    body: "x".repeat(200_000),
  });
  expect(headers.location).toBe("/dataset/a");
});

test("who is sent to another site goes there", async () => {
  expect((await site.ask("/elsewhere", by(editors))).headers.location).toBe("https://files.example.net/a");
});

test("scripts ask the name that the page came from; links that are to be passed on are the site's own", async () => {
  for (const path of ["/dataset/a", "/dataset/a", "/user/me"]) {
    expect((await site.ask(path, by(editors))).body).toBe(body(""));
    expect((await site.ask(path, by("data.example.org"))).body).toBe(body(siteUrl));
  }
});

test("search engines leave it out, whatever they ask for, and the site's own name in", async () => {
  site.write("/var/lib/ckan/webassets/0fdb5ee0_main.css", "");
  for (const path of ["/dataset", "/api/3/action/package_search", "/webassets/0fdb5ee0_main.css", "/download/a"]) {
    expect((await site.ask(path, by(editors))).headers["x-robots-tag"]).toBe("noindex");
    expect((await site.ask(path, by("data.example.org"))).headers["x-robots-tag"]).toBeUndefined();
  }
});

test("a request without a name is for the site's own", async () => {
  expect((await site.ask("/user/login", { method: "POST", ...by("") })).headers.location).toBe(`${siteUrl}/dataset/a`);
});
