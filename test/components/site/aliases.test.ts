/** Further names of a site: whoever asks by one of them is served, and nobody is sent elsewhere. */
import { describe, expect, test } from "vitest";
import type { Declared } from "../../../render/synthesize.ts";
import { instance, stackFile } from "../../support/configuration.ts";
import { declaredBy, find, inventory, settled } from "../../support/program.ts";

const aliases = ["data.example.com", "open.example.org"];
const hosts = ["data.example.org", ...aliases];
const gateway = "gateway.networking.k8s.io/v1:Gateway opendata-exposure";
const httpRoute = "gateway.networking.k8s.io/v1:HTTPRoute opendata-exposure";
const redirect = "gateway.networking.k8s.io/v1:HTTPRoute opendata-exposure-redirect";
const certificate = "cert-manager.io/v1:Certificate opendata-exposure";
const certManager = { kind: "cert-manager", issuer: { name: "letsencrypt" } };

const exposed = (exposure: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  declaredBy(stackFile({ opendata: { exposure, aliases, ...more } }, { "ckan:cluster": { platform: "openshift" } }));
const specOf = (resources: readonly Declared[], title: string) =>
  (find(resources, title).inputs as { spec: Record<string, unknown> }).spec;

describe("a Gateway of the site's own", async () => {
  const resources = await exposed({ kind: "gateway", className: "istio", tls: certManager });

  test("listens for each name, with one certificate for all", () => {
    const listeners = specOf(resources, gateway)["listeners"] as { name: string; port: number; hostname: string }[];
    expect(listeners.map(({ name, port, hostname }) => [name, port, hostname])).toEqual([
      ["http", 80, hosts[0]],
      ["https", 443, hosts[0]],
      ["http-2", 80, hosts[1]],
      ["https-2", 443, hosts[1]],
      ["http-3", 80, hosts[2]],
      ["https-3", 443, hosts[2]],
    ]);
    expect(specOf(resources, certificate)["dnsNames"]).toEqual(hosts);
  });

  test("serves each by https, and leads there from http", () => {
    const parents = (names: readonly string[]) =>
      names.map((sectionName) => ({ name: "opendata-exposure", sectionName }));
    expect(specOf(resources, httpRoute)).toMatchObject({
      parentRefs: parents(["https", "https-2", "https-3"]),
      hostnames: hosts,
    });
    expect(specOf(resources, redirect)).toMatchObject({
      parentRefs: parents(["http", "http-2", "http-3"]),
      hostnames: hosts,
    });
  });
});

test("a shared Gateway is asked to lead each name here", async () => {
  const shared = { kind: "shared-gateway", gateway: { name: "public", namespace: "gateways" } };
  expect(specOf(await exposed(shared), httpRoute)).toMatchObject({
    parentRefs: [{ name: "public", namespace: "gateways" }],
    hostnames: hosts,
  });
});

test("an Ingress has a rule and the certificate for each", async () => {
  const resources = await exposed({ kind: "ingress", className: "traefik", tls: certManager });
  const spec = specOf(resources, "networking.k8s.io/v1:Ingress opendata-exposure");
  const paths = [
    { path: "/", pathType: "Prefix", backend: { service: { name: "opendata-web", port: { number: 80 } } } },
  ];
  expect(spec["rules"]).toEqual(hosts.map((host) => ({ host, http: { paths } })));
  expect(spec["tls"]).toEqual([{ hosts, secretName: "opendata-exposure-tls" }]);
});

test("on OpenShift each has a Route, whose name depends on no other", async () => {
  const routes = (resources: readonly Declared[]) =>
    new Map(
      resources
        .filter(({ type }) => type.endsWith(":Route"))
        .map(({ name, inputs }) => [(inputs as { spec: { host: string } }).spec.host, name]),
    );
  const all = routes(await exposed({ kind: "route" }));
  expect([...all.keys()].sort()).toEqual([...hosts].sort());
  expect(all.get("data.example.org")).toBe("opendata-exposure");
  for (const alias of aliases) expect(all.get(alias)).toMatch(/^opendata-exposure-[0-9a-f]{8}$/);
  const [first, second] = aliases;
  const one = routes(await exposed({ kind: "route" }, { aliases: [second] }));
  all.delete(first ?? "");
  expect(one).toEqual(all);
});

test("the site's own address stays the one of its host", async () => {
  const resources = await exposed({ kind: "none" });
  const { data } = find(resources, "core/v1:ConfigMap opendata-configuration").inputs as {
    data: Record<string, string>;
  };
  expect(data["ckan.ini"]).toContain("ckan.site_url = https://data.example.org\n");
  expect(data["ckan.ini"]).not.toContain("example.com");
});

test("Cloudflare gets a record for each, and its rules are for all", async () => {
  const zone = { zone: "example.org", zoneId: "0".repeat(32), plan: "pro", rulesets: ["cache"] };
  const dns = { kind: "cloudflare", target: "203.0.113.10", adopt: true };
  const site = { dns, aliases: ["open.example.org"], ckan: { ...instance.ckan, maximumUploadMegabytes: 94 } };
  const resources = await declaredBy(stackFile({ opendata: site }, { "ckan:cloudflare": zone }));
  const records = resources.filter(({ type }) => type.endsWith(":DnsRecord"));
  const inputs = await settled(
    records.map(({ inputs }) => inputs as { name: string; content: string; proxied: boolean }),
  );
  expect(records.map(({ name }) => name)).toEqual(["opendata", "opendata-open.example.org"]);
  expect(inputs.map(({ name, content, proxied }) => [name, content, proxied])).toEqual([
    ["data.example.org", "203.0.113.10", true],
    ["open.example.org", "203.0.113.10", true],
  ]);
  const [rules] = resources.filter(({ type }) => type.endsWith(":Ruleset")).map(({ inputs }) => JSON.stringify(inputs));
  expect(rules).toContain('http.host in {\\"data.example.org\\" \\"open.example.org\\"}');
});

test("a site without them has no object more", async () => {
  const without = inventory(await exposed({ kind: "none" }, { aliases: [] }));
  expect(inventory(await exposed({ kind: "none" }))).toEqual(without);
});
