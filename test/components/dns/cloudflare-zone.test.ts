/** What a stack declares in its zone beside rules: names that are not proxied, certificates at the edge, and how the zone speaks TLS. */
import { describe, expect, test } from "vitest";
import type { Declared } from "../../../render/synthesize.ts";
import { instance, stackFile } from "../../support/configuration.ts";
import { declaredBy, settled } from "../../support/program.ts";

const zone = { zone: "example.org", zoneId: "0".repeat(32), plan: "pro" };
const dns = { kind: "cloudflare", target: "203.0.113.10", adopt: true };
const web = { ...instance.web, trustedProxies: ["cloudflare", "10.129.0.0/23"] };

const declared = (site: Record<string, unknown>, settings: Record<string, unknown> = {}) =>
  declaredBy(
    stackFile(
      { opendata: { ckan: { ...instance.ckan, maximumUploadMegabytes: 94 }, web, dns, ...site } },
      { "ckan:cloudflare": { ...zone, ...settings } },
    ),
  );
const ofType = (resources: readonly Declared[], type: string) =>
  resources.filter((one) => one.type.endsWith(`:${type}`));

describe("A name for large uploads", async () => {
  const resources = await declared({
    ckan: { ...instance.ckan, maximumUploadMegabytes: 100 },
    dns: { ...dns, editorsHost: "editors.data.example.org" },
    exposure: { kind: "shared-gateway", gateway: { name: "public", namespace: "gateways" } },
  });

  test("leads where the host leads, past Cloudflare", async () => {
    const records = await settled(
      ofType(resources, "DnsRecord").map(({ inputs }) => inputs as { name: string; content: string; proxied: boolean }),
    );
    expect(records.map(({ name, content, proxied }) => [name, content, proxied])).toEqual([
      ["data.example.org", "203.0.113.10", true],
      ["editors.data.example.org", "203.0.113.10", false],
    ]);
  });

  test("is led to the site by the gateway, and known to nginx by the site's own address", () => {
    const [route] = ofType(resources, "HTTPRoute").map(({ inputs }) => inputs["spec"] as { hostnames: string[] });
    expect(route?.hostnames).toEqual(["data.example.org", "editors.data.example.org"]);
    const texts = ofType(resources, "ConfigMap").map(
      ({ inputs }) => (inputs["data"] as Record<string, string>)["nginx.conf"],
    );
    const nginx = texts.find((text) => text !== undefined) ?? "";
    expect(nginx).toContain("server_name editors.data.example.org;");
    expect(nginx).toContain("proxy_redirect https://data.example.org/ /;");
  });
});

test.each([
  ["another name is covered by Total TLS", { edgeCertificates: "total-tls" }, 1],
  ["or by what somebody else did", { edgeCertificates: "elsewhere" }, 0],
])("Of two labels below the zone, %s", async (_name, settings, orders) => {
  const resources = await declared({ host: "staging.data.example.org" }, settings);
  expect(ofType(resources, "TotalTls").map(({ name, inputs }) => [name, inputs["certificateAuthority"]])).toEqual(
    Array(orders).fill(["total-tls", "lets_encrypt"]),
  );
});

test("The zone's settings are the stack's only where it says so", async () => {
  expect(ofType(await declared({}), "ZoneSetting")).toEqual([]);
  const settings = ofType(await declared({}, { zoneSettings: "managed" }), "ZoneSetting");
  expect(settings.map(({ name, inputs: { settingId, value } }) => [name, settingId, value])).toEqual([
    ["always_use_https", "always_use_https", "on"],
    ["min_tls_version", "min_tls_version", "1.2"],
    ["ssl", "ssl", "strict"],
    ["tls_client_auth", "tls_client_auth", "on"],
  ]);
});

test("Free SQL is limited where a site has it", async () => {
  const rulesOf = async (settings: Record<string, unknown>) => {
    const ckan = { ...instance.ckan, maximumUploadMegabytes: 94, settings };
    const [ruleset] = ofType(await declared({ ckan }, { plan: "business", rulesets: ["rate-limits"] }), "Ruleset");
    const { rules = [] } = (ruleset?.inputs ?? {}) as { rules?: readonly { readonly ref: string }[] };
    return rules.map(({ ref }) => ref);
  };
  expect(await rulesOf({})).toEqual(["ckan-crawlers", "ckan-login", "ckan-writes", "ckan-uploads"]);
  expect(await rulesOf({ "ckan.datastore.sqlsearch.enabled": true })).toContain("ckan-sql");
});
