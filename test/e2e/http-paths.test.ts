/** Paths that try to leave the folder or the bucket that they begin in. curl sends them as they are. */
import { beforeAll, describe, expect, test } from "vitest";
import { curl } from "./support/peers/curl.ts";
import { ensurePeers } from "./support/peers/tools.ts";
import { siteOutput } from "./support/site.ts";

/** Lines of what must not be read: accounts, variables of a process, the site's and the proxy's settings, what Python imports. */
const inside =
  /root:x:0:0|CKAN_[A-Z_]+=|sqlalchemy|\[uwsgi\]|proxy_pass|client_max_body_size|def application|ListBucketResult/;

const starts = ["/webassets/", "/base/", "/uploads/", "/opendata-files/", "/_store/", "/"];
const ups = [
  "..",
  "%2e%2e",
  ".%2e",
  "%2e%2e%2f..",
  "%252e%252e",
  "..%5c..",
  "..\\..",
  "..%c0%af..",
  "%00/..",
  "..;",
  ".../...",
  "//..",
];
const targets = ["etc/passwd", "proc/self/environ", "etc/ckan/ckan.ini", "etc/ckan-nginx/nginx.conf", "other-bucket/x"];

let url: string;

beforeAll(async () => {
  await ensurePeers();
  url = siteOutput("opendata").url;
});

describe.each(starts)("Below %s", (start) => {
  test.each(ups)("nothing of another place is found by %s", async (up) => {
    for (const target of targets) {
      const path = `${start}${`${up}/`.repeat(6)}${target}`;
      const reply = await curl(["--path-as-is", `${url}${path}`]);
      expect([path, reply.status >= 300 && reply.status < 500]).toEqual([path, true]);
      expect(reply.body.toString("latin1")).not.toMatch(inside);
    }
  });
});

test.each([
  ["the folder of assets", "/webassets/"],
  ["what CKAN keeps beside them", "/webassets/.webassets-cache/"],
  ["a folder of static files", "/base/"],
  ["the bucket", "/opendata-files/"],
  ["the bucket, as its owner asks", "/opendata-files/?list-type=2"],
  ["the inner way to the store", "/_store"],
  ["a file that begins with a dot", "/webassets/.webassets-external"],
])("%s is not shown", async (_, path) => {
  const reply = await curl([`${url}${path}`]);
  expect([reply.status >= 400 && reply.status < 500, inside.test(reply.body.toString())]).toEqual([true, false]);
});

test.each(["group/none.png", `group/${"a".repeat(300)}`, `user/${"a".repeat(1100)}`, "%2e%2e/x", "%2e/x"])(
  "there is no picture %s, and no error",
  async (path) => {
    expect((await curl(["--path-as-is", `${url}/uploads/${path}`])).status).toBe(404);
  },
);

test("a header of a stranger's does not lead into the store", async () => {
  const forged = ["X-Accel-Redirect: /_store", "X-Store-Link: http://opendata-files:9000/opendata-files/?list-type=2"];
  const reply = await curl([...forged.flatMap((header) => ["-H", header]), `${url}/no-such-page`]);
  expect([reply.status, inside.test(reply.body.toString())]).toEqual([404, false]);
});
