/**
 * Style sheets, scripts, pictures and fonts from a web pod that has just begun, before any of its pages was asked for. Each pod compiles
 * its own under the same names, so that a page of one finds its assets at another. Does not prove: two releases side by side.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isReady, type LivePod, list } from "./support/cluster.ts";
import { kubectl, succeed } from "./support/commands.ts";
import { assetsOf } from "./support/peers/assets.ts";
import { curl, type Reply } from "./support/peers/curl.ts";
import { ensurePeers } from "./support/peers/tools.ts";
import { Client, eventually, logIn, newSession, type SiteOutput, siteOutput } from "./support/site.ts";

const organization = "e2e-assets-office";
const dataset = "e2e-assets";
const year = 31_536_000;

let site: SiteOutput;
let admin: Client;
let views: readonly string[];
let named: readonly string[];
let replies: ReadonlyMap<string, Reply>;

beforeAll(async () => {
  await ensurePeers();
  site = siteOutput("opendata");
  admin = new Client(site.url, await logIn(site.url, site.adminName, site.adminPassword));
  await removeData();
  await admin.call("organization_create", { name: organization });
  await admin.call("package_create", { name: dataset, owner_org: organization });
  views = await makeViews();
  named = await assetsOf({ url: site.url, cookie: await session() }, await pages());
  await newPod();
  // Its very first requests but for probes.
  replies = new Map(await Promise.all(named.map(async (path) => [path, await curl([`${site.url}${path}`])] as const)));
});

afterAll(removeData);

test("Pages name assets of all kinds", () => {
  const kinds = new Set(named.map((path) => path.split("?")[0]?.split(".").at(-1)));
  expect([...kinds]).toEqual(expect.arrayContaining(["css", "js", "png", "woff2"]));
  expect(named.filter((path) => path.startsWith("/webassets/")).length).toBeGreaterThan(10);
});

describe("A web pod that has just begun", () => {
  test("has every asset that pages name, before it was asked for a page", () => {
    const missing = [...replies].filter(([, { status, received }]) => status !== 200 || received === 0);
    expect(missing.map(([path, { status }]) => `${status} ${path}`)).toEqual([]);
  });

  test("names the same assets in its own pages", async () => {
    expect(await assetsOf({ url: site.url, cookie: await session() }, await pages())).toEqual(named);
  });
});

describe("Browsers", () => {
  test("keep what is compiled for a year, and never ask again: its name changes with it", () => {
    const compiled = [...replies].filter(([path]) => /^\/webassets\/.*\/[0-9a-f]{8}_/.test(path));
    expect(compiled.length).toBeGreaterThan(10);
    for (const [path, { headers }] of compiled) {
      const control = headers["cache-control"] ?? "";
      expect([path, age(control), /\bpublic\b/.test(control), /\bimmutable\b/.test(control)]).toEqual([
        path,
        year,
        true,
        true,
      ]);
    }
  });

  test("keep pictures, fonts and other files for less, and ask whether they changed", async () => {
    const files = [...replies].filter(([path]) => path.startsWith("/base/"));
    expect(files.length).toBeGreaterThan(2);
    for (const [path, { headers }] of files) {
      const seconds = age(headers["cache-control"] ?? "");
      expect([path, seconds >= 60, seconds < year]).toEqual([path, true, true]);
      const again = await curl(["-H", `If-Modified-Since: ${headers["last-modified"]}`, `${site.url}${path}`]);
      expect([path, again.status]).toEqual([path, 304]);
    }
  });

  test("are told what each is", () => {
    const types: Readonly<Record<string, RegExp>> = {
      css: /^text\/css(; ?charset=utf-8)?$/i,
      js: /^(?:text|application)\/javascript(; ?charset=utf-8)?$/i,
      png: /^image\/png$/,
      gif: /^image\/gif$/,
      ico: /^image\/(?:x-icon|vnd\.microsoft\.icon)$/,
      svg: /^image\/svg\+xml/,
      woff2: /^font\/woff2$/,
      ttf: /^(?:font|application)\/(?:x-font-)?ttf$/,
    };
    const wrong = [...replies].filter(([path, { headers }]) => {
      const ending = path.split("?")[0]?.split(".").at(-1) ?? "";
      return !types[ending]?.test(headers["content-type"] ?? "");
    });
    expect(wrong.map(([path, { headers }]) => `${path}: ${headers["content-type"]}`)).toEqual([]);
  });

  test("set no cookie for any of it", () => {
    const setting = [...replies].filter(([, { headers }]) => headers["set-cookie"] !== undefined);
    expect(setting.map(([path]) => path)).toEqual([]);
  });

  test.each(["/webassets/base/00000000_none.css", "/webassets/none.js", "/base/images/none.png", "/base/css/none.css"])(
    "do not keep long that there is no %s",
    async (path) => {
      const { status, headers } = await curl([`${site.url}${path}`]);
      expect([status, age(headers["cache-control"] ?? "") < 60]).toEqual([404, true]);
      expect(headers["cache-control"] ?? "").not.toContain("immutable");
    },
  );
});

/** Seconds for which an answer may be kept. */
function age(control: string): number {
  return Number(/\bmax-age=(\d+)/.exec(control)?.[1] ?? 0);
}

/** Of strangers, of administrators, and of a language that is written from right to left. */
async function pages(): Promise<readonly string[]> {
  return [
    ...views,
    "/",
    "/dataset/",
    `/dataset/${dataset}`,
    "/organization/",
    `/organization/${organization}`,
    "/group/",
    "/about",
    "/ar/",
    "/ar/dataset/",
    `/dataset/edit/${dataset}`,
    `/dataset/${dataset}/resource/new`,
    "/dataset/new",
    "/organization/new",
    "/ckan-admin/config",
    `/user/edit/${site.adminName}`,
  ];
}

/** Pages of a table and of a text, as they are shown inside of other pages. */
async function makeViews(): Promise<readonly string[]> {
  const { id } = await admin.call<{ id: string }>("resource_create", { package_id: dataset, url: "", format: "CSV" });
  const fields = [{ id: "level", type: "text" }];
  await admin.call("datastore_create", { resource_id: id, force: true, fields, records: [{ level: "2.5" }] });
  const made = ["datatables_view", "text_view"].map(async (type) => {
    const view = await admin.call<{ id: string }>("resource_view_create", {
      resource_id: id,
      title: type,
      view_type: type,
    });
    return `/dataset/${dataset}/resource/${id}/view/${view.id}`;
  });
  return [`/dataset/${dataset}/resource/${id}`, ...(await Promise.all(made))];
}

function session(): Promise<string> {
  return newSession(site.url, site.adminName, site.adminPassword);
}

/** Ends the web pod and waits for another one, and until the site's address leads to it. */
async function newPod(): Promise<void> {
  const web = () => list<LivePod>("pods", site.namespace).filter(({ metadata }) => isWeb(metadata.labels));
  const [old] = web();
  succeed(kubectl(["-n", site.namespace, "delete", "pod", old?.metadata.name ?? ""]));
  await eventually(
    async () => web().filter((pod) => isReady(pod) && pod.metadata.name !== old?.metadata.name).length,
    (ready) => ready === 1,
    300,
  );
  const live = () => curl([`${site.url}/_live`], { patience: 5 });
  await eventually(live, ({ status }) => status === 204, 60);
}

function isWeb(labels: LivePod["metadata"]["labels"]): boolean {
  return labels?.["app.kubernetes.io/component"] === "web";
}

async function removeData(): Promise<void> {
  await admin.try("dataset_purge", { id: dataset });
  await admin.try("organization_purge", { id: organization });
}
