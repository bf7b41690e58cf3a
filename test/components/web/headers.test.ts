/** What browsers are told beside each answer, from a real nginx. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CspMode } from "../../../components/web/headers.ts";
import { startWebProxy, type WebProxy } from "../../support/web-proxy.ts";

const policy = "default-src 'self'; img-src 'self' data: https:";
const own = "frame-ancestors 'self'";
const view = "/dataset/a/resource/b/view/c";

const modes = [
  { mode: CspMode.ReportOnly, hstsSeconds: 0, page: own, embedded: undefined, report: policy },
  { mode: CspMode.Enforce, hstsSeconds: 300, page: `${policy}; ${own}`, embedded: `${policy};`, report: undefined },
  { mode: CspMode.Off, hstsSeconds: 0, page: own, embedded: undefined, report: undefined },
];

describe.each(modes)("with CSP $mode", ({ mode, hstsSeconds, page, embedded, report }) => {
  let site: WebProxy;
  beforeAll(async () => {
    site = await startWebProxy({ headers: { hstsSeconds, contentSecurityPolicy: { mode, policy } } });
    site.write("/var/lib/ckan/webassets/0fdb5ee0_main.css", "");
    site.write("/var/lib/ckan/public/logo.png", "");
    site.answers(({ url }, response) => {
      const status = Number(/status=(\d+)/.exec(url)?.[1] ?? 200);
      response.writeHead(status, { "Cache-Control": "public, max-age=60" }).end();
    });
  });
  afterAll(() => site.stop());

  const told = async (path: string) => {
    const { headers } = await site.ask(path);
    return {
      kind: headers["x-content-type-options"],
      referrer: headers["referrer-policy"],
      hsts: headers["strict-transport-security"],
      csp: headers["content-security-policy"],
      report: headers["content-security-policy-report-only"],
    };
  };
  const expected = {
    kind: "nosniff",
    referrer: "strict-origin-when-cross-origin",
    hsts: hstsSeconds === 0 ? undefined : "max-age=300",
    csp: page,
    report,
  };

  test.each([
    "/about",
    "/about?status=404",
    "/about?status=500",
    "/dataset/a",
    "/dataset/a?again",
    "/webassets/0fdb5ee0_main.css",
    "/logo.png",
    "/webassets/.hidden",
    "/api/3/action/package_search",
    "/dataset/a/resource/b?x=/dataset/a/resource/b/view/c",
  ])("every answer says so, and that others may not embed it: %s", async (path) => {
    expect(await told(path)).toEqual(expected);
  });

  test.each([view, `/de${view}`, `${view}?status=404`])("others may embed a view of a resource: %s", async (path) => {
    expect(await told(path)).toEqual({ ...expected, csp: embedded });
  });

  test.each([
    "/dataset/a/resource/b/view/..%2f..%2f..%2f..%2f..%2fuser/edit/x",
    "/dataset/a/resource/b/view/../../../../../user/edit/x",
    "/dataset/a/resource/b/view/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/user/edit/x",
  ])("others may not embed what is only written like a view: %s", async (path) => {
    expect(await told(path)).toEqual(expected);
  });

  test("what nginx says itself has them as well", async () => {
    await site.ckan(false);
    expect(await told("/about")).toEqual(expected);
    await site.ckan(true);
  });
});
