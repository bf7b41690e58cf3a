/** What visitors of a closed site get, from a real nginx. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closedFiles } from "../../../components/web/closed.conf.ts";
import { type RunningNginx, startNginx, testConfiguration } from "../../support/nginx.ts";
import { ask as askUrl, type Question } from "../../support/web-proxy.ts";

const told = {
  title: "Open & data $host",
  message: `Back <soon>: "100 %", 'ü' $uri \${x} \\n`,
  retryAfterSeconds: 900,
};

const { "nginx.conf": text = "", ...pages } = closedFiles(told);
const folder = mkdtempSync(join(tmpdir(), "closed-"));
let nginx: RunningNginx;
beforeAll(async () => {
  mkdirSync(join(folder, "etc/ckan-nginx"), { recursive: true });
  for (const [name, page] of Object.entries(pages)) writeFileSync(join(folder, "etc/ckan-nginx", name), page);
  nginx = await startNginx(text, { folder });
});
afterAll(async () => {
  await nginx.stop();
  rmSync(folder, { recursive: true });
});

const ask = (path: string, question?: Question) => askUrl(`${nginx.url}${path}`, question);
const page = (escaped: string) => `<h1>Open &amp; data $host</h1><p>${escaped}</p>`;
// biome-ignore lint/suspicious/noTemplateCurlyInString: nginx's own notation
const message = "Back &lt;soon&gt;: &quot;100 %&quot;, &#x27;ü&#x27; $uri ${x} \\n";

test("nginx takes the configuration without a warning, as a pod's user", async () => {
  const { code, output } = await testConfiguration(text);
  expect([code, output.includes("[warn]")], output).toEqual([0, false]);
});

describe("a closed site", () => {
  test.each([
    "/",
    "/dataset",
    "/dataset/a/resource/b/download/c.csv",
    "/user/login?came_from=/api/3",
    "/apis",
    "/base/css/main.css",
    "/webassets/base/0fdb5ee0_main.css",
    "/nginx.conf",
    "/_store",
  ])("answers %s with a page that says why, and when to come back", async (path) => {
    const { status, headers, body } = await ask(path);
    expect(status).toBe(503);
    expect(headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "content-length": String(Buffer.byteLength(body)),
      "cache-control": "no-store",
      "retry-after": "900",
      "x-request-id": expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(body).toContain(page(message));
  });

  test.each([
    "/api",
    "/api/",
    "/api/3/action/status_show",
    "/de/api/3/action/package_search?q=x",
    "/pt_BR/api/action/x",
    "/sr_Latn/api/3",
    "/zh_Hans_CN/api/3/action/status_show",
  ])("answers %s as the API says that something went wrong", async (path) => {
    for (const method of ["GET", "POST"]) {
      const { status, headers, body } = await ask(path, { method, ...(method === "POST" && { body: "{}" }) });
      expect([status, headers["content-type"], headers["retry-after"], headers["cache-control"]]).toEqual([
        503,
        "application/json",
        "900",
        "no-store",
      ]);
      expect(JSON.parse(body)).toEqual({ success: false, error: { __type: "Maintenance", message: told.message } });
    }
  });

  test.each(["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])("answers %s with the page as well", async (method) => {
    const { status, headers, body } = await ask("/dataset/new", { method });
    expect([status, headers["retry-after"], body.includes(page(message))]).toEqual([503, "900", true]);
  });

  test.each(["/", "/api/3"])("answers HEAD of %s without a body, and with the length of the notice", async (path) => {
    const [{ headers, body }, whole] = [await ask(path, { method: "HEAD" }), await ask(path)];
    expect([body, headers["content-length"]]).toEqual(["", String(Buffer.byteLength(whole.body))]);
  });

  test("answers an upload in the same way, however large", async () => {
    const { status, body } = await ask("/dataset/new", { method: "POST", body: Buffer.alloc(2_000_000) });
    expect([status, body.includes(page(message))]).toEqual([503, true]);
  });

  test.each(["/closed.html", "/closed.json"])("has no page %s", async (path) => {
    expect((await ask(path)).status).toBe(404);
  });

  test("is alive, whoever asks", async () => {
    const { status, body } = await ask("/_live");
    expect([status, body]).toEqual([204, ""]);
  });

  test("may have visitors: load balancers, which would hide the notice otherwise, get the 200 that Google's want", async () => {
    const { status, body } = await ask("/_ready");
    expect([status, body]).toEqual([200, ""]);
  });
});
