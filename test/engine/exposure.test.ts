/**
 * Every way to reach a site, through the real CLI, provider and API server, which has the real definitions of the custom resources,
 * but for GKE's, which are written by hand.
 * Proves that the server takes every field, that `up` waits for each object and knows the address that it got, and that nothing
 * changes without a reason. Does not prove: that controllers route (the test writes their status).
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CustomResourceProject, customResourceDefinitions } from "../../toolchain/crds.ts";
import { gatewayAddress, routerName, withControllers } from "./support/controllers.ts";
import { Engine, readStackFile, rootSecret } from "./support/engine.ts";

const up = ["up", "--yes", "--skip-preview"] as const;
const issuer = { kind: "cert-manager", issuer: { name: "letsencrypt" } };
const host = "data.example.org";

const ip = { type: "A", value: gatewayAddress };

/** Per kind: its settings, the objects that it declares, the address. */
const kinds = [
  {
    kind: "gateway",
    exposure: { kind: "gateway", className: "istio", tls: issuer },
    objects: [
      "Certificate opendata-exposure",
      "Gateway opendata-exposure",
      "HTTPRoute opendata-exposure",
      "HTTPRoute opendata-exposure-redirect",
    ],
    address: ip,
  },
  {
    kind: "gateway of GKE's",
    exposure: {
      kind: "gateway",
      className: "gke-l7-regional-external-managed",
      tls: issuer,
      google: {
        address: "data-example-org",
        sslPolicy: "tls-1-2",
        securityPolicy: "only-cloudflare",
        logPercent: 1,
      },
    },
    objects: [
      "Certificate opendata-exposure",
      "GCPBackendPolicy opendata-exposure",
      "GCPGatewayPolicy opendata-exposure",
      "Gateway opendata-exposure",
      "HTTPRoute opendata-exposure",
      "HTTPRoute opendata-exposure-redirect",
      "HealthCheckPolicy opendata-exposure",
    ],
    address: ip,
  },
  {
    kind: "shared-gateway of GKE's",
    exposure: {
      kind: "shared-gateway",
      gateway: { name: "public", namespace: "gateways" },
      className: "gke-l7-global-external-managed",
    },
    objects: [
      "GCPBackendPolicy opendata-exposure",
      "HTTPRoute opendata-exposure",
      "HealthCheckPolicy opendata-exposure",
    ],
    address: undefined,
  },
  {
    kind: "shared-gateway",
    exposure: {
      kind: "shared-gateway",
      gateway: { name: "public", namespace: "gateways", sectionName: "https" },
      requestSeconds: 0,
    },
    objects: ["HTTPRoute opendata-exposure"],
    address: undefined,
  },
  {
    kind: "ingress",
    exposure: { kind: "ingress", className: "traefik", tls: issuer },
    objects: ["Certificate opendata-exposure", "Ingress opendata-exposure"],
    address: ip,
  },
  {
    kind: "route",
    exposure: { kind: "route", tls: { kind: "secret", name: "data-example-org" } },
    objects: ["Route opendata-exposure"],
    address: { type: "CNAME", value: routerName },
  },
  { kind: "none", exposure: { kind: "none" }, objects: [], address: undefined },
];

let engine: Engine;

beforeAll(async () => {
  engine = await Engine.start();
  const projects: readonly CustomResourceProject[] = ["gateway-api", "gke", "cert-manager", "openshift-route"];
  for (const project of projects) {
    const files = (await customResourceDefinitions(project)).flatMap((file) => ["-f", file]);
    engine.kubectl("apply", "--server-side", ...files);
  }
  engine.kubectl("wait", "crd", "--all", "--for=condition=Established", "--timeout=60s");
});

afterAll(() => engine.stop());

describe.each(kinds)("A site behind $kind", ({ exposure, objects, address }) => {
  test("comes up, once the cluster has made its way to it", async () => {
    configure({ exposure });
    const { code, output } = await withControllers(engine, engine.begin(...up), [
      "Gateway",
      "HTTPRoute",
      "Certificate",
      "Route",
      "Ingress",
    ]);
    expect([code, code === 0 ? "" : output]).toEqual([0, ""]);
    expect(declared()).toEqual(objects);
  });

  test("publishes where its name has to lead", () => {
    const { output } = engine.pulumi("stack", "output", "instances", "--json");
    expect(JSON.parse(output).opendata).toMatchObject({
      url: `https://${host}`,
      address: address ?? null,
      namespace: "opendata-dev",
    });
  });

  test("does not change with another preview, nor by what the cluster writes into the objects", () => {
    expect(engine.operations()).toEqual([]);
    const refresh = engine.pulumi("refresh", "--preview-only", "--expect-no-changes");
    expect([refresh.code, refresh.code === 0 ? "" : refresh.output]).toEqual([0, ""]);
  });
});

function configure(site: object): void {
  const dev = readStackFile("dev");
  const { opendata } = dev["ckan:instances"] as { readonly opendata: object };
  engine.write({
    ...dev,
    "ckan:cluster": { ...(dev["ckan:cluster"] as object), platform: "openshift" },
    "ckan:instances": { opendata: { ...opendata, host, ...site } },
  });
  engine.setSecret("rootSecret", rootSecret);
}

/** Objects of the exposure, as the API server has them. */
function declared(): readonly string[] {
  const resources =
    "gateways,httproutes,certificates,ingresses,routes,healthcheckpolicies,gcpbackendpolicies,gcpgatewaypolicies";
  return engine
    .kubernetes(resources, "-n", "opendata-dev")
    .items.map(({ kind, metadata }) => `${kind} ${metadata.name}`)
    .sort();
}
