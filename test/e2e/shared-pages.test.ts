/**
 * Pages that strangers share, on the running dev site: one token for all and no session, forms that work nevertheless, and nothing
 * of what a person who is logged in sees. Does not prove: what a plugin's own forms on such pages make of the token.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Client, eventually, logIn, newSession, type SiteOutput, siteOutput } from "./support/site.ts";

const organization = "e2e-sharing-office";
const dataset = "e2e-shared-page";

let site: SiteOutput;
let admin: Client;
let session: string;
let address: string;

beforeAll(async () => {
  site = siteOutput("opendata");
  address = `${site.url}/dataset/${dataset}`;
  admin = new Client(site.url, await logIn(site.url, site.adminName, site.adminPassword));
  session = await newSession(site.url, site.adminName, site.adminPassword);
  await removeData();
  await admin.call("organization_create", { name: organization });
  await admin.call("package_create", { name: dataset, title: "First title", owner_org: organization });
});

afterAll(removeData);

async function removeData(): Promise<void> {
  await admin.try("dataset_purge", { id: dataset });
  await admin.try("organization_purge", { id: organization });
}

async function page(
  url: string,
  cookie?: string,
): Promise<{ token: string; text: string; cookies: readonly string[] }> {
  const response = await fetch(url, { headers: cookie === undefined ? {} : { cookie } });
  const text = await response.text();
  expect(response.status).toBe(200);
  const token = /<meta name="_csrf_token" content="([^"]+)"/.exec(text)?.[1];
  if (token === undefined) throw new Error("the page carries no CSRF token");
  return { token, text, cookies: response.headers.getSetCookie() };
}

describe("A page of a dataset", () => {
  test("is the same for strangers, token and all, and begins no session", async () => {
    const same = async () => {
      const [first, second] = [await page(address), await page(address)];
      return { shared: first.text === second.text, cookies: [...first.cookies, ...second.cookies] };
    };
    // Between two, the shared seconds may end.
    expect(await eventually(same, ({ shared }) => shared, 10)).toEqual({ shared: true, cookies: [] });
  });

  test("is made for whoever has a cookie, and never what strangers get", async () => {
    const [mine, theirs, unknown] = [await page(address, session), await page(address), await page(address, "seen=1")];
    expect([mine, theirs, unknown].map(({ text }) => text.includes(site.adminName))).toEqual([true, false, false]);
    expect(new Set([mine, theirs, unknown].map(({ token }) => token)).size).toBe(3);
    expect(unknown.cookies.map((cookie) => cookie.split("=")[0])).toEqual(["ckan"]);
  });

  test("has a language selector that works without the session of its token", async () => {
    const { token } = await page(address);
    const body = new URLSearchParams({ _csrf_token: token, url: `/de/dataset/${dataset}` });
    const answer = await fetch(`${site.url}/util/redirect`, { method: "POST", body, redirect: "manual" });
    const { pathname } = new URL(answer.headers.get("location") ?? "", site.url);
    expect([answer.status, pathname]).toEqual([302, `/de/dataset/${dataset}`]);
    expect((await page(`${site.url}/de/dataset/${dataset}`)).text).toContain('<html lang="de"');
  });

  test("shows strangers a change some seconds later, and is gone for them after it became private", async () => {
    await page(address);
    await admin.call("package_patch", { id: dataset, title: "Second title" });
    const title = async () => (await page(address)).text.includes("Second title");
    expect(await eventually(title, Boolean, 15)).toBe(true);
    await admin.call("package_patch", { id: dataset, private: true });
    const status = async () => (await fetch(address)).status;
    expect(await eventually(status, (answer) => answer !== 200, 15)).toBe(404);
  });
});

test("The page of the login is made anew for each, with a session for its token", async () => {
  const [first, second] = [await page(`${site.url}/user/login`), await page(`${site.url}/user/login`)];
  expect([first, second].map(({ cookies }) => cookies.map((cookie) => cookie.split("=")[0]))).toEqual([
    ["ckan"],
    ["ckan"],
  ]);
  expect(first.token).not.toBe(second.token);
});
