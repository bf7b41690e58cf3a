/** The played API refuses and completes what Cloudflare's does, as far as that is known: the engine tests believe it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Json, newZone, readAccount, writeAccount } from "./account.ts";
import { type PlayedApi, playCloudflare } from "./server.ts";

const token = "T".repeat(40);
const zoneId = "0".repeat(32);
const nobody = "9".repeat(32);

let folder: string;
let file: string;
let api: PlayedApi;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "ckan-cloudflare-"));
  file = join(folder, "account.json");
  api = await playCloudflare(file, token);
});
beforeEach(() => writeAccount(file, { zones: [newZone(zoneId, "example.org", "pro")], asked: [] }));
afterAll(() => {
  api.close();
  rmSync(folder, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly result: Json & readonly Json[];
  readonly codes: readonly (number | undefined)[];
}

async function ask(method: string, path: string, body?: Json, bearer = token): Promise<Answer> {
  const response = await fetch(`${api.url}/${path}`, {
    method,
    headers: { authorization: `Bearer ${bearer}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const { result, errors = [] } = text === "" ? {} : JSON.parse(text);
  const chain = (error: Json): readonly Json[] => [error, ...((error["error_chain"] ?? []) as readonly Json[])];
  const codes = (errors as readonly Json[]).flatMap(chain).map(({ code }) => code as number | undefined);
  return { status: response.status, result, codes };
}

const records = `zones/${zoneId}/dns_records`;
const rulesets = `zones/${zoneId}/rulesets`;
const site = { type: "A", name: "data.example.org", content: "203.0.113.10", ttl: 300 };
const alias = { type: "CNAME", name: "data.example.org", content: "lb.example.net", ttl: 1 };

describe("A zone", () => {
  test("is found by its name and by its id, and by no other", async () => {
    expect((await ask("GET", "zones?name=example.org")).result.map(({ id }) => id)).toEqual([zoneId]);
    expect((await ask("GET", "zones?name=example.net")).result).toEqual([]);
    expect((await ask("GET", `zones/${zoneId}`)).result).toMatchObject({ name: "example.org" });
    expect(await ask("GET", `zones/${nobody}`)).toMatchObject({ status: 404, codes: [7003] });
  });

  test("lets nobody in without the token", async () => {
    expect(await ask("GET", "zones", undefined, "x")).toMatchObject({ status: 403, codes: [10000] });
  });

  test("is written down with every request", async () => {
    await ask("POST", records, site);
    await ask("GET", records);
    expect(readAccount(file).asked).toEqual([
      { method: "POST", path: "dns_records", body: site },
      { method: "GET", path: "dns_records" },
    ]);
  });
});

describe("A record", () => {
  test("is made with all that Cloudflare adds, found by its name, replaced and deleted", async () => {
    const { result } = await ask("POST", records, { ...site, name: "data", comment: "ours" });
    const added = {
      name: "data.example.org",
      proxied: false,
      proxiable: true,
      tags: [],
      settings: {},
      comment: "ours",
    };
    expect(result).toMatchObject(added);
    expect((await ask("GET", `${records}?name.exact=data.example.org`)).result).toEqual([result]);
    expect((await ask("GET", `${records}?name.exact=data.example.org&page=2`)).result).toEqual([]);
    expect((await ask("GET", `${records}?name.exact=www.example.org`)).result).toEqual([]);
    const replaced = await ask("PUT", `${records}/${result["id"]}`, site);
    expect(replaced.result).toMatchObject({ id: result["id"], comment: null });
    expect(await ask("DELETE", `${records}/${result["id"]}`)).toMatchObject({ status: 200 });
    expect(await ask("GET", `${records}/${result["id"]}`)).toMatchObject({ status: 404, codes: [81044] });
    expect(await ask("DELETE", `${records}/${result["id"]}`)).toMatchObject({ status: 404, codes: [81044] });
  });

  test.each([
    ["a proxied one has the automatic TTL, whatever was asked for", { ...site, proxied: true }, { ttl: 1 }],
    ["text gets quotes", { type: "TXT", name: "@", content: "a", ttl: 1 }, { content: '"a"', name: "example.org" }],
    [
      "what a CAA record says is its content, too",
      { type: "CAA", name: "@", ttl: 1, data: { flags: 0, tag: "issue", value: "letsencrypt.org" } },
      { content: '0 issue "letsencrypt.org"', proxiable: false },
    ],
  ])("%s", async (_name, given, expected) => {
    expect((await ask("POST", records, given)).result).toMatchObject(expected);
  });

  test.each([
    ["a name beside an address", site, alias, [81053]],
    ["an address beside a name", alias, site, [81054]],
    ["a second name", alias, { ...alias, content: "lb2.example.net" }, [81053]],
    ["the same again", site, site, [81058]],
    ["a TTL that is too short", site, { ...site, name: "www.example.org", ttl: 30 }, [1004, 9021]],
    ["a proxied text", site, { type: "TXT", name: "@", content: "a", ttl: 1, proxied: true }, [1004, 9004]],
  ])("is refused: %s", async (_name, first, second, codes) => {
    expect((await ask("POST", records, first)).status).toBe(200);
    expect(await ask("POST", records, second)).toMatchObject({ status: 400, codes });
  });
});

const limit = { characteristics: ["cf.colo.id", "ip.src"], period: 60, requests_per_period: 9, mitigation_timeout: 60 };
const rule = { ref: "ckan-login", action: "block", expression: "true", ratelimit: limit };
const phase = { name: "CKAN: rate-limits", kind: "zone", phase: "http_ratelimit", rules: [rule] };
const entrypoint = `${rulesets}/phases/http_ratelimit/entrypoint`;

describe("A phase", () => {
  test("has room for one ruleset, which is listed without its rules", async () => {
    expect(await ask("GET", entrypoint)).toMatchObject({ status: 404, codes: [10003] });
    const { result } = await ask("POST", rulesets, phase);
    expect((await ask("GET", entrypoint)).result).toEqual(result);
    const listed = (await ask("GET", rulesets)).result;
    expect(listed.map(({ kind, rules }) => [kind, rules])).toEqual([
      ["managed", undefined],
      ["zone", undefined],
    ]);
    expect(await ask("POST", rulesets, phase)).toMatchObject({ status: 400, codes: [20217] });
    expect(await ask("DELETE", `${rulesets}/${result["id"]}`)).toMatchObject({ status: 204 });
    expect(await ask("GET", `${rulesets}/${result["id"]}`)).toMatchObject({ status: 404, codes: [undefined] });
  });

  test("has every rule replaced by a PUT, in a new version; a rule keeps its id by its ref", async () => {
    const made = (await ask("POST", rulesets, phase)).result;
    expect(made).toMatchObject({ version: "1", rules: [{ version: "1", enabled: true, ref: "ckan-login" }] });
    const other = { ...rule, ref: "ckan-crawlers" };
    const path = `${rulesets}/${made["id"]}`;
    const put = (await ask("PUT", path, { ...phase, name: "another", rules: [other, rule] })).result;
    const [first] = made["rules"] as readonly Json[];
    expect(put).toMatchObject({ version: "2", name: phase.name, rules: [{ ref: "ckan-crawlers" }, first] });
    expect((await ask("PUT", path, { rules: [] })).result).not.toHaveProperty("rules");
    expect(await ask("PUT", entrypoint, { rules: [rule] })).toMatchObject({ status: 200 });
    expect(await ask("PUT", entrypoint, phase)).toMatchObject({ status: 400 });
  });

  test.each([
    ["more rules than the plan has", [rule, { ...rule, ref: "b" }, { ...rule, ref: "c" }]],
    ["a period that the plan has not", [{ ...rule, ratelimit: { ...limit, period: 3600 } }]],
    ["a block that the plan has not", [{ ...rule, ratelimit: { ...limit, mitigation_timeout: 86_400 } }]],
  ])("is refused: %s", async (_name, rules) => {
    expect(await ask("POST", rulesets, { ...phase, rules })).toMatchObject({ status: 400, result: null });
  });
});

describe("What holds for the zone as a whole", () => {
  test("is a setting, with what a new zone has until it is changed", async () => {
    const path = `zones/${zoneId}/settings/ssl`;
    expect((await ask("GET", path)).result).toMatchObject({ id: "ssl", value: "full", editable: true });
    await ask("PATCH", path, { value: "strict" });
    expect((await ask("GET", path)).result).toMatchObject({ value: "strict" });
    expect(await ask("GET", `zones/${zoneId}/settings/none`)).toMatchObject({ status: 400, codes: [1006] });
  });

  test("is Total TLS", async () => {
    const path = `zones/${zoneId}/acm/total_tls`;
    expect((await ask("GET", path)).result).toMatchObject({ enabled: false });
    await ask("POST", path, { enabled: true, certificate_authority: "lets_encrypt" });
    expect((await ask("GET", path)).result).toMatchObject({ enabled: true, certificate_authority: "lets_encrypt" });
  });

  test("is nothing that is not played", async () => {
    expect(await ask("GET", `zones/${zoneId}/page_shield`)).toMatchObject({ status: 404, codes: [7003] });
  });
});
