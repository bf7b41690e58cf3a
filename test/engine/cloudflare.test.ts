/**
 * Names and rules of sites in a zone of Cloudflare's, through the real CLI and engine. Cloudflare's provider cannot be had here: a
 * strict stand-in takes its place (test/stand-ins). Proves which operations a stack file causes, that inputs are what the SDK
 * declares, and that conflicts are found. That Cloudflare reads
 * every expression: test/components/manifests/cloudflare-expressions.test.ts.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { customResourceDefinitions } from "../../toolchain/crds.ts";
import type { Kept, Service } from "../stand-ins/stand-in.ts";
import { gatewayAddress, withControllers } from "./support/controllers.ts";
import { Engine, readStackFile, rootSecret } from "./support/engine.ts";

const zoneId = "0123456789abcdef0123456789abcdef";
const facts = { zones: { "example.org": zoneId }, plans: { [zoneId]: "pro" } };
const exposure = {
  kind: "gateway",
  className: "istio",
  tls: { kind: "secret", name: "data-example-org" },
};
const zone = {
  zone: "example.org",
  plan: "pro",
  rulesets: ["rate-limits", "cache", "firewall", "redirects"],
  records: [
    { type: "CAA", name: "example.org", tag: "issue", value: "letsencrypt.org" },
    { type: "TXT", name: "example.org", content: "verification=1" },
  ],
};
const dns = { kind: "cloudflare", redirects: ["www.example.org"] };

let engine: Engine;

beforeAll(async () => {
  engine = await Engine.start(["cloudflare"]);
  const files = (await customResourceDefinitions("gateway-api")).flatMap((file) => ["-f", file]);
  engine.kubectl("apply", "--server-side", ...files);
  engine.kubectl("wait", "crd", "--all", "--for=condition=Established", "--timeout=60s");
  atCloudflare([]);
});

afterAll(() => engine.stop());

describe("A site whose name is in the zone", () => {
  test("is previewed before its address is known: two names, two further records, four rulesets", () => {
    configure();
    expect(ownOperations()).toEqual([
      "create cloudflare:index/dnsRecord:DnsRecord caa-example.org-issue-letsencrypt.org",
      "create cloudflare:index/dnsRecord:DnsRecord opendata",
      "create cloudflare:index/dnsRecord:DnsRecord opendata-www.example.org",
      "create cloudflare:index/dnsRecord:DnsRecord txt-example.org-verification=1",
      "create cloudflare:index/ruleset:Ruleset cache",
      "create cloudflare:index/ruleset:Ruleset firewall",
      "create cloudflare:index/ruleset:Ruleset rate-limits",
      "create cloudflare:index/ruleset:Ruleset redirects",
    ]);
  });

  test("gets the address of its exposure", async () => {
    const { code, output } = await withControllers(engine, engine.begin("up", "--yes", "--skip-preview"), [
      "Gateway",
      "HTTPRoute",
    ]);
    expect([code, code === 0 ? "" : output]).toEqual([0, ""]);
    const records = kept("DnsRecord").map(({ inputs: { name, type, content, proxied, ttl } }) => ({
      name,
      type,
      content,
      proxied,
      ttl,
    }));
    expect(records).toEqual([
      { name: "data.example.org", type: "A", content: gatewayAddress, proxied: true, ttl: 1 },
      { name: "example.org", type: "CAA", ttl: 1 },
      { name: "example.org", type: "TXT", content: '"verification=1"', ttl: 1 },
      { name: "www.example.org", type: "AAAA", content: "100::", proxied: true, ttl: 1 },
    ]);
  });

  test("has one ruleset in each phase that the stack owns", () => {
    expect(kept("Ruleset").map(({ inputs: { phase, rules } }) => [phase, (rules as unknown[]).length])).toEqual([
      ["http_ratelimit", 2],
      ["http_request_cache_settings", 3],
      ["http_request_dynamic_redirect", 1],
      ["http_request_firewall_custom", 1],
    ]);
  });

  test("does not change with another preview or a refresh", () => {
    expect(engine.operations()).toEqual([]);
    const refresh = engine.pulumi("refresh", "--preview-only", "--expect-no-changes");
    expect([refresh.code, refresh.code === 0 ? "" : refresh.output]).toEqual([0, ""]);
  });

  test("changes one ruleset when one limit changes", () => {
    configure({ rateLimits: { login: { requests: 5, periodSeconds: 60, blockSeconds: 600 } } });
    expect(ownOperations()).toEqual(["update cloudflare:index/ruleset:Ruleset rate-limits"]);
  });

  test("whose address becomes a name gets another record, the first one gone before: a name has one or the other", () => {
    configure({}, { ...dns, target: "lb.example.net" });
    const { code, output } = engine.pulumi("up", "--yes", "--skip-preview");
    expect([code, code === 0 ? "" : output]).toEqual([0, ""]);
    const [first] = kept("DnsRecord").map(({ inputs: { name, type, content } }) => [name, type, content]);
    expect(first).toEqual(["data.example.org", "CNAME", "lb.example.net"]);
    configure();
    expect(ownOperations()).toEqual(["replace cloudflare:index/dnsRecord:DnsRecord opendata"]);
    const back = engine.pulumi("up", "--yes", "--skip-preview");
    expect([back.code, back.code === 0 ? "" : back.output]).toEqual([0, ""]);
  });

  test("changes one record when Cloudflare no longer stands in between", () => {
    configure({ rulesets: [], records: zone.records }, { ...dns, redirects: [], proxied: false, ttl: 300 });
    expect(ownOperations().filter((operation) => operation.startsWith("update"))).toEqual([
      "update cloudflare:index/dnsRecord:DnsRecord opendata",
    ]);
  });
});

describe("What somebody else has in the zone", () => {
  const theirs = { zoneId, name: "data.example.org", type: "CNAME", content: "old.example.net", ttl: 1, comment: "" };
  const record: Kept = { type: "cloudflare:index/dnsRecord:DnsRecord", id: "f".repeat(32), inputs: theirs };

  test("is an error before anything is created, with the command that takes it over", () => {
    atCloudflare([record]);
    startAnew();
    const { code, output } = engine.pulumi("preview");
    expect(code).not.toBe(0);
    expect(output).toContain("data.example.org has records that this stack did not make: CNAME old.example.net.");
    expect(output).toContain("pulumi import --file import.json");
  });

  test("is taken over by that command, and replaced: a name has an address or another name", () => {
    importTold();
    configure({}, { ...dns, adopt: true });
    expect(ownOperations().filter((operation) => operation.endsWith(" opendata"))).toEqual([
      "replace cloudflare:index/dnsRecord:DnsRecord opendata",
    ]);
  });
});

describe("A phase that has a ruleset, which nothing in the state knows", () => {
  // As the dashboard leaves it behind when its last rule is deleted.
  const empty = { zoneId, name: "default", description: "", kind: "zone", phase: "http_ratelimit", rules: [] };
  const id = "d".repeat(32);

  test("is an error before anything is created, with the command that takes it over", () => {
    atCloudflare([{ type: "cloudflare:index/ruleset:Ruleset", id, inputs: empty }]);
    startAnew();
    const { code, output } = engine.pulumi("preview");
    expect(code).not.toBe(0);
    expect(output).toContain(
      `the zone has a ruleset "default" in the phase http_ratelimit (${id}), which has room for one`,
    );
    expect(output).toContain(`"id":"zones/${zoneId}/${id}"`);
    expect(output).not.toContain("http_request_cache_settings");
  });

  test("is taken over by that command, with the name that it has, and changed", () => {
    importTold();
    expect(ownOperations().filter((operation) => operation.includes(":Ruleset "))).toEqual([
      "create cloudflare:index/ruleset:Ruleset cache",
      "create cloudflare:index/ruleset:Ruleset firewall",
      "create cloudflare:index/ruleset:Ruleset redirects",
      "update cloudflare:index/ruleset:Ruleset rate-limits",
    ]);
  });

  test("is found after a lost state, too: the stack's own is like anybody's then", () => {
    atCloudflare([
      {
        type: "cloudflare:index/ruleset:Ruleset",
        id,
        inputs: { ...empty, name: "CKAN: rate-limits", description: "CKAN environment dev" },
      },
    ]);
    startAnew();
    const { code, output } = engine.pulumi("preview");
    expect(code).not.toBe(0);
    expect(output).toContain('the zone has a ruleset "CKAN: rate-limits" in the phase http_ratelimit');
  });
});

/** A stack without a state. */
function startAnew(): void {
  engine.pulumi("stack", "rm", "--yes", "--force");
  engine.pulumi("stack", "init", "dev");
  configure();
}

/** Does what a refused preview says. */
function importTold(): void {
  const { output } = engine.pulumi("preview");
  const file = join(engine.folder, "import.json");
  writeFileSync(file, /^ *(\{"resources".*\})$/m.exec(output)?.[1] ?? "");
  const imported = engine.pulumi("import", "--file", file, "--yes", "--protect=false", "--generate-code=false");
  expect([imported.code, imported.code === 0 ? "" : imported.output]).toEqual([0, ""]);
}

function configure(settings: object = {}, names: object = dns): void {
  const dev = readStackFile("dev");
  const { opendata } = dev["ckan:instances"] as { readonly opendata: { readonly ckan?: object } };
  // What the plan lets through.
  const ckan = { ...opendata.ckan, maximumUploadMegabytes: 94 };
  engine.write({
    ...dev,
    "ckan:cloudflare": { ...zone, ...settings },
    "ckan:instances": { opendata: { ...opendata, host: "data.example.org", ckan, exposure, dns: names } },
  });
  engine.setSecret("rootSecret", rootSecret);
}

/** What the account holds before a test. */
function atCloudflare(resources: Service["resources"]): void {
  writeFileSync(engine.standInState("cloudflare"), JSON.stringify({ resources, facts }));
}

function kept(kind: string): readonly Kept[] {
  const { resources } = JSON.parse(readFileSync(engine.standInState("cloudflare"), "utf8")) as Service;
  const order = ({ inputs: { phase, name, type } }: Kept) => `${phase ?? ""} ${name} ${type ?? ""}`;
  return resources.filter(({ type }) => type.endsWith(`:${kind}`)).sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

function ownOperations(): readonly string[] {
  return engine
    .operations()
    .map(({ op, urn }) => `${op} ${urn.split("::")[2]?.split("$").at(-1)} ${urn.split("::")[3]}`)
    .filter((operation) => operation.includes(" cloudflare:"))
    .sort();
}
