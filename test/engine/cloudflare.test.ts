/**
 * Names and rules of sites in a zone of Cloudflare's, through the real CLI and engine. Cloudflare's own provider does it wherever its
 * plugin is found, with Cloudflare's API played on loopback (test/fakes/cloudflare-api); elsewhere a strict fake takes the
 * place of both (test/fakes/cloudflare.ts), which each run says. Proves which operations a stack file causes, that inputs are what
 * the SDK declares, and that conflicts are found. That Cloudflare reads every expression:
 * test/components/dns/expressions.test.ts.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { customResourceDefinitions } from "../../toolchain/crds.ts";
import type { Kept } from "../fakes/provider.ts";
import { zone as atCloudflare } from "./support/cloudflare-account.ts";
import { gatewayAddress, withControllers } from "./support/controllers.ts";
import { Engine, type KubernetesObject, type Run, readStackFile, rootSecret } from "./support/engine.ts";

const zoneId = atCloudflare.id;
const exposure = {
  kind: "gateway",
  className: "istio",
  tls: { kind: "secret", name: "data-example-org" },
};
const zone = {
  zone: atCloudflare.name,
  plan: atCloudflare.plan,
  rulesets: ["rate-limits", "cache", "firewall", "redirects"],
  records: [
    { type: "CAA", name: "example.org", tag: "issue", value: "letsencrypt.org" },
    { type: "TXT", name: "example.org", content: "verification=1" },
  ],
};
const dns = { kind: "cloudflare", redirects: ["www.example.org"] };
/** What a stack may say of the whole zone, and what Cloudflare has then. */
const managed = { zoneSettings: "managed", edgeCertificates: "total-tls" };
const tls = { always_use_https: "on", min_tls_version: "1.2", ssl: "strict", tls_client_auth: "on" };

let engine: Engine;

beforeAll(async () => {
  engine = await Engine.start(["cloudflare"]);
  for (const project of ["gateway-api", "cert-manager"] as const) {
    const files = (await customResourceDefinitions(project)).flatMap((file) => ["-f", file]);
    engine.kubectl("apply", "--server-side", ...files);
  }
  engine.kubectl("wait", "crd", "--all", "--for=condition=Established", "--timeout=60s");
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
    expect(failure(await upWithGateway())).toBe("");
    expect(records()).toEqual([
      { name: "data.example.org", type: "A", content: gatewayAddress, proxied: true, ttl: 1 },
      { name: "example.org", type: "CAA", content: '0 issue "letsencrypt.org"', proxied: false, ttl: 1 },
      { name: "example.org", type: "TXT", content: '"verification=1"', proxied: false, ttl: 1 },
      { name: "www.example.org", type: "AAAA", content: "100::", proxied: true, ttl: 1 },
    ]);
  });

  test("has one ruleset in each phase that the stack owns", () => {
    expect(
      engine.cloudflare.kept("Ruleset").map(({ inputs: { phase, rules } }) => [phase, (rules as unknown[]).length]),
    ).toEqual([
      ["http_ratelimit", 2],
      ["http_request_cache_settings", 3],
      ["http_request_dynamic_redirect", 1],
      ["http_request_firewall_custom", 1],
    ]);
  });

  test("does not change with another preview or a refresh", () => {
    expect(nothingToDo()).toBe("");
  });

  test("changes one ruleset when one limit changes, and nothing else", () => {
    engine.cloudflare.changes();
    configure({ rateLimits: { login: { requests: 5, periodSeconds: 60, blockSeconds: 600 } } });
    expect(ownOperations()).toEqual(["update cloudflare:index/ruleset:Ruleset rate-limits"]);
    expect(failure(up())).toBe("");
    expect(engine.cloudflare.changes()).toEqual(["update Ruleset"]);
    expect(nothingToDo()).toBe("");
  });

  test("whose address becomes a name gets another record, the first one gone before: a name has one or the other", () => {
    configure({}, { ...dns, target: "lb.example.net" });
    engine.cloudflare.changes();
    expect(failure(up())).toBe("");
    expect(engine.cloudflare.changes().filter((change) => change.endsWith("DnsRecord"))).toEqual([
      "delete DnsRecord",
      "create DnsRecord",
    ]);
    const [first] = records();
    expect(first).toMatchObject({ name: "data.example.org", type: "CNAME", content: "lb.example.net" });
    expect(nothingToDo()).toBe("");
    configure();
    expect(ownOperations()).toEqual(["replace cloudflare:index/dnsRecord:DnsRecord opendata"]);
    expect(failure(up())).toBe("");
  });

  test("changes one record when Cloudflare no longer stands in between", () => {
    configure({ rulesets: [], records: zone.records }, { ...dns, redirects: [], proxied: false, ttl: 300 });
    expect(ownOperations().filter((operation) => operation.startsWith("update"))).toEqual([
      "update cloudflare:index/dnsRecord:DnsRecord opendata",
    ]);
    expect(failure(up())).toBe("");
    expect(records().map(({ name, proxied, ttl }) => [name, proxied, ttl])).toEqual([
      ["data.example.org", false, 300],
      ["example.org", false, 1],
      ["example.org", false, 1],
    ]);
    expect(nothingToDo()).toBe("");
  });

  test("comes back behind Cloudflare, with the whole zone's TLS as the stack says", () => {
    configure(managed);
    expect(failure(up())).toBe("");
    expect(settings()).toEqual(tls);
    expect(engine.cloudflare.kept("TotalTls").map(({ inputs }) => inputs)).toMatchObject([
      { enabled: true, certificateAuthority: "lets_encrypt" },
    ]);
    expect(nothingToDo()).toBe("");
  });
});

describe("A destroy", () => {
  test.each(["protected", "retained", "disposable"])(
    "takes the names and the rules, and leaves how the zone speaks TLS, when data is %s; up makes all again",
    async (protection) => {
      configure(managed, dns, protection);
      expect(failure(up())).toBe("");
      // What is protected Pulumi refuses to delete, with an error at the end, and deletes everything else.
      const { code } = engine.pulumi("destroy", "--yes", "--skip-preview");
      expect(code === 0).toBe(protection !== "protected");
      expect([records(), engine.cloudflare.kept("Ruleset")]).toEqual([[], []]);
      expect(settings()).toEqual(tls);
      expect(failure(await upWithGateway())).toBe("");
      expect(records().map(({ name }) => name)).toEqual([
        "data.example.org",
        "example.org",
        "example.org",
        "www.example.org",
      ]);
      expect(nothingToDo()).toBe("");
    },
  );
});

describe("A certificate by HTTP-01", () => {
  /**
   * Each waits for another, as seen at Envoy Gateway and cert-manager: the Gateway for the Secret of its certificate, the routes for the
   * Gateway, the authority for the name (envoyproxy/gateway#9012, cert-manager/website#1207).
   */
  function inTurn(happened: string[]) {
    const first = (what: string) => {
      if (!happened.includes(what)) happened.push(what);
      return true;
    };
    return ({ kind, metadata }: KubernetesObject): boolean => {
      switch (kind) {
        case "Certificate": {
          const temporary = metadata.annotations?.["cert-manager.io/issue-temporary-certificate"] === "true";
          if (temporary && !happened.includes("Secret")) {
            engine.kubectl("create", "secret", "generic", `${metadata.name}-tls`, "-n", metadata.namespace ?? "");
            first("Secret");
          }
          return records().some(({ name }) => name === "data.example.org") && first(kind);
        }
        case "Gateway":
          return happened.includes("Secret") && first(kind);
        default:
          return happened.includes("Gateway") && first(kind);
      }
    };
  }

  test("ends well where gateway, certificate and name wait for one another", async () => {
    configure(managed, dns, "disposable");
    expect(failure(up())).toBe("");
    expect(failure(engine.pulumi("destroy", "--yes", "--skip-preview"))).toBe("");
    configure(managed, dns, "disposable", { kind: "cert-manager", issuer: { name: "letsencrypt" } });
    const happened: string[] = [];
    const kinds = ["Certificate", "Gateway", "HTTPRoute"];
    const run = engine.begin("up", "--yes", "--skip-preview");
    expect(failure(await withControllers(engine, run, kinds, inTurn(happened)))).toBe("");
    expect([happened.slice(0, 2), happened.slice(2).sort()]).toEqual([
      ["Secret", "Gateway"],
      ["Certificate", "HTTPRoute"],
    ]);
    expect(nothingToDo()).toBe("");
  });
});

describe("A record that somebody deleted at Cloudflare", () => {
  const [first, second] = [gatewayAddress, "203.0.113.11"];

  test("cannot be changed, and is made again by an up that looks first", () => {
    const [gone] = engine.cloudflare.kept("DnsRecord");
    expect(gone?.inputs).toMatchObject({ name: "data.example.org", content: first });
    engine.cloudflare.lose(String(gone?.id));
    configure(managed, { ...dns, target: second });
    const { code, output } = up();
    expect(code).not.toBe(0);
    expect(output).toContain("Record does not exist.");
    expect(failure(engine.pulumi("up", "--yes", "--skip-preview", "--refresh"))).toBe("");
    expect(records()[0]).toMatchObject({ name: "data.example.org", content: second });
    expect(nothingToDo()).toBe("");
  });
});

describe("What somebody else has in the zone", () => {
  const theirs = { zoneId, name: "data.example.org", type: "CNAME", content: "old.example.net", ttl: 1, comment: "" };
  const record: Kept = { type: "cloudflare:index/dnsRecord:DnsRecord", id: "f".repeat(32), inputs: theirs };

  test("is an error before anything is created, with the command that takes it over", () => {
    engine.cloudflare.hold([record]);
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

describe("A record of this stack's, whose state was lost", () => {
  const id = "c".repeat(32);
  const comment = "CKAN environment dev";
  const text = { zoneId, type: "TXT", name: "example.org", content: '"verification=1"', ttl: 1, comment };

  test("is found before it is made again, and taken over by the command that the error names", () => {
    engine.cloudflare.hold([{ type: "cloudflare:index/dnsRecord:DnsRecord", id, inputs: text }]);
    startAnew();
    const { code, output } = engine.pulumi("preview");
    expect(code).not.toBe(0);
    expect(output).toContain(`example.org has the record TXT "verification=1" (${id}) with this stack's comment`);
    importTold();
    expect(ownOperations().filter((operation) => operation.includes(" txt-"))).toEqual([]);
  });
});

describe("A phase that has a ruleset, which nothing in the state knows", () => {
  // As the dashboard leaves it behind when its last rule is deleted.
  const empty = { zoneId, name: "default", description: "", kind: "zone", phase: "http_ratelimit", rules: [] };
  const id = "d".repeat(32);

  test("is an error before anything is created, with the command that takes it over", () => {
    engine.cloudflare.hold([{ type: "cloudflare:index/ruleset:Ruleset", id, inputs: empty }]);
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
    engine.cloudflare.hold([
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

function configure(
  settings: object = {},
  names: object = dns,
  protection = "retained",
  tls: object = exposure.tls,
): void {
  const dev = readStackFile("dev");
  const { opendata } = dev["ckan:instances"] as { readonly opendata: { readonly ckan?: object } };
  // What the plan lets through.
  const ckan = { ...opendata.ckan, maximumUploadMegabytes: 94 };
  engine.write({
    ...dev,
    "ckan:protection": protection,
    "ckan:cloudflare": { ...zone, ...settings },
    "ckan:instances": {
      opendata: { ...opendata, host: "data.example.org", ckan, exposure: { ...exposure, tls }, dns: names },
    },
  });
  engine.setSecret("rootSecret", rootSecret);
}

function up(): Run {
  return engine.pulumi("up", "--yes", "--skip-preview");
}

/** While the Gateway has no address yet. */
function upWithGateway(): Promise<Run> {
  return withControllers(engine, engine.begin("up", "--yes", "--skip-preview"), ["Gateway", "HTTPRoute"]);
}

/** What the CLI printed when it failed; nothing otherwise. */
function failure({ code, output }: Run): string {
  return code === 0 ? "" : output;
}

/** What another preview or a refresh would do; nothing otherwise. */
function nothingToDo(): string {
  const operations = engine.operations().map(({ op, urn }) => `${op} ${urn}\n`);
  return operations.join("") + failure(engine.pulumi("refresh", "--preview-only", "--expect-no-changes"));
}

function records() {
  return engine.cloudflare.kept("DnsRecord").map(({ inputs: { name, type, content, proxied, ttl } }) => ({
    name,
    type,
    content,
    proxied,
    ttl,
  }));
}

function settings() {
  return Object.fromEntries(
    engine.cloudflare.kept("ZoneSetting").map(({ inputs: { settingId, value } }) => [settingId, value]),
  );
}

function ownOperations(): readonly string[] {
  return engine
    .operations()
    .map(({ op, urn }) => `${op} ${urn.split("::")[2]?.split("$").at(-1)} ${urn.split("::")[3]}`)
    .filter((operation) => operation.includes(" cloudflare:"))
    .sort();
}
