/**
 * What every answer tells browsers, and how long it is on the line. The dev site is reached by http: nothing may make browsers insist
 * on https. Does not prove: that browsers obey.
 */
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { curl, type Reply, resultOf, uploadArguments } from "./support/peers/curl.ts";
import { Files } from "./support/peers/files.ts";
import { ensurePeers } from "./support/peers/tools.ts";
import { Client, eventually, logIn, siteOutput } from "./support/site.ts";

const organization = "e2e-headers-office";
const dataset = "e2e-headers";
/** Compresses well, and is compressed. */
const archive = gzipSync("station,level\n".repeat(10_000), { level: 0 });

const files = new Files();
let url: string;
let admin: Client;
let file: string;

beforeAll(async () => {
  await ensurePeers();
  const site = siteOutput("opendata");
  url = site.url;
  const token = await logIn(url, site.adminName, site.adminPassword);
  admin = new Client(url, token);
  await removeData();
  await admin.call("organization_create", { name: organization });
  await admin.call("package_create", {
    name: dataset,
    owner_org: organization,
    notes: "Levels of rivers. ".repeat(500),
  });
  const path = files.write("levels.csv.gz", archive);
  file = resultOf<{ url: string }>(await curl(uploadArguments(url, dataset, path, "levels.csv.gz"), { token })).url;
});

afterAll(async () => {
  files.remove();
  await removeData();
});

/** Answers of every kind, from whoever gives them. */
const answers: readonly (readonly [string, () => readonly string[]])[] = [
  ["the front page", () => [`${url}/`]],
  ["a page of a dataset", () => [`${url}/dataset/${dataset}`]],
  ["the page of the login", () => [`${url}/user/login`]],
  ["an answer of the API", () => [`${url}/api/3/action/status_show`]],
  ["a static file", () => [`${url}/base/images/ckan-logo.png`]],
  ["a file", () => ["-L", file]],
  ["a page that is not there", () => [`${url}/no-such-page`]],
  ["an asset that is not there", () => [`${url}/webassets/no-such.css`]],
  ["a form without its token", () => ["-d", "x=y", `${url}/user/login`]],
  ["a refused path", () => ["--path-as-is", `${url}/webassets/../../etc/passwd`]],
  ["a refused file", () => ["-H", "Content-Type: x/y", "-H", "Content-Length: 200000000", "-d", "x", `${url}/dataset`]],
];

describe.each(answers)("The headers of %s", (_, ask) => {
  let headers: Reply["headers"];

  beforeAll(async () => {
    // A part of a refused file is all that is sent: its answer does not wait for the rest.
    ({ headers } = await curl(ask(), { patience: 10 }));
  });

  test("carry a number of the request", () => {
    expect(headers["x-request-id"]).toMatch(/^[0-9a-zA-Z-]{16,64}$/);
  });

  test("tell browsers to believe the type, and to tell others no more than the site's name", () => {
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["referrer-policy"]).toMatch(
      /^(?:strict-origin-when-cross-origin|same-origin|strict-origin|no-referrer)$/,
    );
  });

  test("name no version of the server, and nothing of the store", () => {
    expect(headers["server"] ?? "").not.toMatch(/\d|minio/i);
    expect(Object.keys(headers).filter((name) => /^x-(?:amz|minio|accel|powered)/.test(name))).toEqual([]);
  });

  test("do not ask for https, which the dev site does not have", () => {
    expect(headers["strict-transport-security"]).toBeUndefined();
    expect(headers["content-security-policy"] ?? "").not.toContain("upgrade-insecure-requests");
  });

  test("carry each of these once", () => {
    const once = ["x-request-id", "x-content-type-options", "referrer-policy", "content-type", "x-frame-options"];
    expect(once.filter((name) => headers[name]?.includes(", "))).toEqual([]);
  });
});

test("two requests have two numbers", async () => {
  const numbers = await Promise.all([1, 2].map(async () => (await curl([`${url}/`])).headers["x-request-id"]));
  expect(new Set(numbers).size).toBe(2);
});

describe("Pages", () => {
  test.each(["/", "/dataset", `/dataset/${dataset}`, "/user/login", "/no-such-page"])(
    "%s have a policy",
    async (path) => {
      const { headers } = await curl([`${url}${path}`]);
      const policy = headers["content-security-policy"] ?? "";
      const framing =
        /frame-ancestors ('self'|'none')/.test(policy) ||
        /^(?:SAMEORIGIN|DENY)$/i.test(headers["x-frame-options"] ?? "");
      expect(framing).toBe(true);
      const full = headers["content-security-policy-report-only"] ?? policy;
      expect(full).toMatch(/default-src 'self'/);
      expect(full).toMatch(/object-src 'none'/);
    },
  );
});

describe("Text is compressed for who can read that:", () => {
  test.each([
    ["the page of a dataset", () => `${url}/dataset/${dataset}`],
    ["an answer of the API", () => `${url}/api/3/action/package_show?id=${dataset}`],
    ["a style sheet", () => `${url}${style}`],
    ["JSON of a word list", () => `${url}/api/i18n/de`],
  ])("%s", async (_, target) => {
    // Between two, the seconds may end for which strangers share a page, with its token.
    const both = async () => {
      const [plain, compressed] = [await curl([target()]), await curl(["--compressed", target()])];
      return { plain, compressed, same: plain.body.equals(compressed.body) };
    };
    const { plain, compressed } = await eventually(both, ({ same }) => same, 20);
    expect([plain.status, compressed.status, plain.headers["content-encoding"]]).toEqual([200, 200, undefined]);
    expect(compressed.headers["content-encoding"]).toBe("gzip");
    expect(compressed.received).toBeLessThan(plain.received / 2);
    for (const { headers } of [plain, compressed]) expect(headers["vary"]).toMatch(/\baccept-encoding\b/i);
  });

  let style: string;
  beforeAll(async () => {
    const page = (await curl([`${url}/`])).body.toString();
    style = /href="(\/webassets\/[^"]+\.css)"/.exec(page)?.[1] ?? "no style sheet";
  });
});

describe("What is compressed already is left as it is:", () => {
  test.each([
    ["a picture", () => [`${url}/base/images/ckan-logo.png`]],
    ["a font", () => [`${url}${font}`]],
    ["an archive", () => ["-L", file]],
  ])("%s", async (_, ask) => {
    const { status, headers, received } = await curl(["-H", "Accept-Encoding: gzip", ...ask()]);
    expect([status, headers["content-encoding"], headers["content-length"]]).toEqual([
      200,
      undefined,
      String(received),
    ]);
  });

  const font = "/base/vendor/fontawesome-free/webfonts/fa-solid-900.woff2";
});

async function removeData(): Promise<void> {
  await admin.try("dataset_purge", { id: dataset });
  await admin.try("organization_purge", { id: organization });
}
