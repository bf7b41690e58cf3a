import { describe, expect, test } from "vitest";
import type { CkanExposureArgs } from "../../../components/exposure/arguments.ts";
import { CkanExposure } from "../../../components/exposure/ckan-exposure.ts";
import type { ExposureArgs } from "../../../components/exposure/settings.ts";
import { alone, describeComponent, namespace } from "../../support/component.ts";
import { mayReceive, maySend, type Party, type PodParty, type Policy } from "../../support/network-policies.ts";
import { dependencies, find } from "../../support/program.ts";

const gateway = "gateway.networking.k8s.io/v1:Gateway opendata-exposure";
const httpRoute = "gateway.networking.k8s.io/v1:HTTPRoute opendata-exposure";
const redirect = "gateway.networking.k8s.io/v1:HTTPRoute opendata-exposure-redirect";
const ingress = "networking.k8s.io/v1:Ingress opendata-exposure";
const route = "route.openshift.io/v1:Route opendata-exposure";
const certificate = "cert-manager.io/v1:Certificate opendata-exposure";
const solver = "networking.k8s.io/v1:NetworkPolicy opendata-exposure-solver";
const proxies = "networking.k8s.io/v1:NetworkPolicy opendata-exposure-proxies";
const router = ["Role", "RoleBinding"].map((kind) => `rbac.authorization.k8s.io/v1:${kind} opendata-exposure-router`);

const certManager = { kind: "cert-manager", issuer: { name: "letsencrypt" } } as const;
const ownSecret = { kind: "secret", name: "data-tls" } as const;
const elsewhere = { kind: "elsewhere" } as const;

const exposed = (exposure: ExposureArgs, children: readonly string[] = [], more: Partial<CkanExposureArgs> = {}) => ({
  component: "CkanExposure opendata-exposure",
  declare: (opts: object) =>
    new CkanExposure(
      "opendata-exposure",
      {
        namespace,
        instance: "opendata",
        host: "data.example.org",
        backend: { service: "opendata-web", port: { name: "http", number: 80 } },
        exposure,
        answerSeconds: 60,
        drainSeconds: 45,
        maximumUploadMegabytes: 100,
        ...more,
      },
      opts,
    ),
  children,
});

const ownGateway = (tls: typeof certManager | typeof ownSecret) =>
  ({ kind: "gateway", className: "istio", tls }) as const;
const sharedGateway = { kind: "shared-gateway", gateway: { name: "public", namespace: "gateways" } } as const;
const anIngress = (tls: typeof certManager | typeof ownSecret | typeof elsewhere) =>
  ({ kind: "ingress", className: "traefik", tls }) as const;

describeComponent(
  "a Gateway with cert-manager",
  exposed(ownGateway(certManager), [gateway, httpRoute, redirect, certificate, solver, proxies]),
);
describeComponent("a Gateway with a Secret", exposed(ownGateway(ownSecret), [gateway, httpRoute, redirect, proxies]));
describeComponent("a shared Gateway", exposed(sharedGateway, [httpRoute]));
describeComponent("an Ingress with cert-manager", exposed(anIngress(certManager), [ingress, certificate, solver]));
describeComponent("an Ingress", exposed(anIngress(elsewhere), [ingress]));
describeComponent("a Route", exposed({ kind: "route", tls: elsewhere }, [route]));
describeComponent("a Route with a Secret", exposed({ kind: "route", tls: ownSecret }, [route, ...router]));
describeComponent(
  "a Route with cert-manager",
  exposed({ kind: "route", tls: certManager }, [route, certificate, solver, ...router]),
);
describeComponent("a node port", exposed({ kind: "node-port", nodePort: 30500 }));
describeComponent("nothing", exposed({ kind: "none" }));

const google = (settings: object = {}, className = "gke-l7-regional-external-managed") =>
  ({ kind: "gateway", className, tls: ownSecret, google: settings }) as const;
const sharedGoogle = { ...sharedGateway, className: "gke-l7-gxlb" } as const;
const healthCheck = "networking.gke.io/v1:HealthCheckPolicy opendata-exposure";
const backendPolicy = "networking.gke.io/v1:GCPBackendPolicy opendata-exposure";
const gatewayPolicy = "networking.gke.io/v1:GCPGatewayPolicy opendata-exposure";
const ofGoogle = [gateway, healthCheck, backendPolicy, httpRoute, redirect];

describeComponent("a Gateway of GKE's", exposed(google(), ofGoogle));
describeComponent(
  "a Gateway of GKE's with rules for TLS",
  exposed(google({ sslPolicy: "tls-1-2" }), [...ofGoogle, gatewayPolicy]),
);
describeComponent("a shared Gateway of GKE's", exposed(sharedGoogle, [healthCheck, backendPolicy, httpRoute]));

interface Inputs {
  readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
  readonly spec: object;
}

const inputsOf = async (exposure: ExposureArgs, title: string, more: Partial<CkanExposureArgs> = {}) => {
  const { resources } = await alone(exposed(exposure, [], more));
  return find(resources, title).inputs as unknown as Inputs;
};

describe("Pulumi waits until", () => {
  test.each([
    ["a certificate is issued", ownGateway(certManager), certificate, "condition=Ready"],
    ["a Gateway has its address", ownGateway(certManager), gateway, "condition=Programmed"],
    [
      "a Gateway has taken a route",
      sharedGateway,
      httpRoute,
      'jsonpath={.status.parents[0].conditions[?(@.type=="Accepted")].status}=True',
    ],
    [
      "a router has taken a Route",
      { kind: "route", tls: elsewhere },
      route,
      "jsonpath={.status.ingress[0].routerCanonicalHostname}",
    ],
  ] as const)("%s", async (_, exposure, title, condition) => {
    const { metadata } = await inputsOf(exposure, title);
    expect(metadata.annotations["pulumi.com/waitFor"]).toBe(condition);
  });
});

describe("a Gateway of the site's own", () => {
  test("ends TLS with the certificate of the Secret, for this host alone", async () => {
    const { spec } = await inputsOf(ownGateway(ownSecret), gateway);
    const allowedRoutes = { namespaces: { from: "Same" } };
    expect(spec).toEqual({
      gatewayClassName: "istio",
      listeners: [
        { name: "http", protocol: "HTTP", port: 80, hostname: "data.example.org", allowedRoutes },
        {
          name: "https",
          protocol: "HTTPS",
          port: 443,
          hostname: "data.example.org",
          allowedRoutes,
          tls: { mode: "Terminate", certificateRefs: [{ kind: "Secret", name: "data-tls" }] },
        },
      ],
    });
  });

  test("serves the site by https, and by http leads there", async () => {
    const parentRefs = (sectionName: string) => [{ name: "opendata-exposure", sectionName }];
    expect((await inputsOf(ownGateway(ownSecret), httpRoute)).spec).toEqual({
      parentRefs: parentRefs("https"),
      hostnames: ["data.example.org"],
      rules: [{ backendRefs: [{ name: "opendata-web", port: 80 }] }],
    });
    expect((await inputsOf(ownGateway(ownSecret), redirect)).spec).toEqual({
      parentRefs: parentRefs("http"),
      hostnames: ["data.example.org"],
      rules: [{ filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } }] }],
    });
  });
});

test("a certificate is for this host, by the issuer that is named, in the Secret that the Gateway reads", async () => {
  const { spec } = await inputsOf(ownGateway(certManager), certificate);
  expect(spec).toEqual({
    secretName: "opendata-exposure-tls",
    dnsNames: ["data.example.org"],
    issuerRef: { group: "cert-manager.io", kind: "ClusterIssuer", name: "letsencrypt" },
    privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
  });
  expect(JSON.stringify(await inputsOf(ownGateway(certManager), gateway))).toContain('"name":"opendata-exposure-tls"');
});

describe("what answers an authority by HTTP-01", () => {
  const pod: PodParty = {
    kind: "pod",
    namespace,
    namespaceLabels: {},
    labels: { "acme.cert-manager.io/http01-solver": "true", "acme.cert-manager.io/http-token": "1234" },
  };
  const anybody: Party = { kind: "address", address: "203.0.113.9" };

  test.each([
    ["a Gateway", ownGateway(certManager)],
    ["an Ingress", anIngress(certManager)],
    ["a Route", { kind: "route", tls: certManager }],
  ] as const)("is reached behind %s on its port alone, and reaches nothing itself", async (_, exposure) => {
    const { spec } = (await inputsOf(exposure, solver)) as { spec: Policy["spec"] };
    const open = [80, 8080, 8089, 9402].filter((port) =>
      mayReceive([{ namespace, spec }], { source: anybody, destination: pod, port, protocol: "TCP" }),
    );
    expect(open).toEqual([8089]);
    expect([spec.egress, spec.policyTypes]).toEqual([[], ["Ingress", "Egress"]]);
  });
});

describe("a proxy that a controller runs beside a Gateway", () => {
  const pod = (namespace: string, labels: PodParty["labels"] = {}): PodParty => ({
    kind: "pod",
    namespace,
    namespaceLabels: { "kubernetes.io/metadata.name": namespace },
    labels,
  });
  const proxy = pod(namespace, { app: "envoy", "gateway.networking.k8s.io/gateway-name": "opendata-exposure" });
  const visitor: Party = { kind: "address", address: "203.0.113.9" };
  const policies = async (exposure: ExposureArgs): Promise<readonly Policy[]> => {
    const { spec } = (await inputsOf(exposure, proxies)) as { spec: Policy["spec"] };
    return [{ namespace, spec }];
  };

  test("is reached by visitors on every port that it may listen on", async () => {
    const own = await policies(ownGateway(ownSecret));
    const reached = [80, 443, 8443, 15021].filter((port) =>
      mayReceive(own, { source: visitor, destination: proxy, port, protocol: "TCP" }),
    );
    expect(reached).toEqual([80, 443, 8443, 15021]);
  });

  test("reaches the site and its controller, which is a pod somewhere, and nothing outside the cluster", async () => {
    const own = await policies(ownGateway(ownSecret));
    const sends = (destination: Party, port: number) =>
      maySend(own, { source: proxy, destination, port, protocol: "TCP" });
    expect([sends(pod(namespace), 5000), sends(pod("istio-system"), 15012), sends(pod("kube-system"), 53)]).toEqual([
      true,
      true,
      true,
    ]);
    const metadataService: Party = { kind: "address", address: "169.254.169.254" };
    expect([sends(visitor, 443), sends(metadataService, 80)]).toEqual([false, false]);
  });

  test("is let through by its Gateway's name alone", async () => {
    const [policy] = await policies(ownGateway(ownSecret));
    const matchLabels = { "gateway.networking.k8s.io/gateway-name": "opendata-exposure" };
    expect(policy?.spec.podSelector).toEqual({ matchLabels });
  });
});

describe("nothing waits for a certificate that waits for it:", () => {
  const waitingFor = async (exposure: ExposureArgs, title: string) => {
    const { resources } = await alone(exposed(exposure));
    return dependencies(find(resources, title));
  };
  const annotations = async (exposure: ExposureArgs) => {
    const { metadata } = await inputsOf(exposure, certificate);
    const own = Object.entries(metadata.annotations).filter(([key]) => key.includes("cert-manager.io/"));
    return Object.fromEntries(own);
  };

  test.each([
    ["a Gateway", ownGateway(certManager), gateway],
    ["an Ingress", anIngress(certManager), ingress],
  ] as const)("%s gets its address from a temporary one", async (_, exposure, title) => {
    expect(await waitingFor(exposure, title)).not.toContain(certificate);
    expect(await annotations(exposure)).toMatchObject({ "cert-manager.io/issue-temporary-certificate": "true" });
  });

  test("solvers of the Gateway API are told the Gateway's name, by annotations that come together", async () => {
    expect(await annotations(ownGateway(certManager))).toEqual({
      "cert-manager.io/issue-temporary-certificate": "true",
      "acme.cert-manager.io/http01-parentrefkind": "Gateway",
      "acme.cert-manager.io/http01-parentrefname": "opendata-exposure",
    });
    expect(Object.keys(await annotations(anIngress(certManager)))).toHaveLength(1);
  });

  test("a Route alone is made after its certificate, because the API server wants to see it", async () => {
    const exposure = { kind: "route", tls: certManager } as const;
    expect(await waitingFor(exposure, route)).toEqual(expect.arrayContaining([certificate, ...router]));
    expect(await annotations(exposure)).toEqual({});
  });
});

describe("an Ingress", () => {
  test("carries no annotation for a controller unless the stack file gives one", async () => {
    const without = await inputsOf(anIngress(elsewhere), ingress);
    expect(Object.keys(without.metadata.annotations)).toEqual(["pulumi.com/patchFieldManager"]);
    const annotations = { "traefik.ingress.kubernetes.io/router.priority": "5" };
    const given = await inputsOf({ ...anIngress(elsewhere), annotations }, ingress);
    expect(given.metadata.annotations).toMatchObject(annotations);
  });

  test.each([
    ["no certificate of its own", elsewhere, undefined],
    ["that of a Secret", ownSecret, [{ hosts: ["data.example.org"], secretName: "data-tls" }]],
    ["that of cert-manager", certManager, [{ hosts: ["data.example.org"], secretName: "opendata-exposure-tls" }]],
  ] as const)("has %s", async (_, tls, expected) => {
    const { spec } = (await inputsOf(anIngress(tls), ingress)) as { spec: { tls?: object } };
    expect(spec.tls).toEqual(expected);
  });
});

describe("a Route", () => {
  test("ends TLS at the router, and sends http there too", async () => {
    const { spec } = await inputsOf({ kind: "route", tls: ownSecret }, route);
    expect(spec).toEqual({
      host: "data.example.org",
      to: { kind: "Service", name: "opendata-web", weight: 100 },
      port: { targetPort: "http" },
      tls: {
        termination: "edge",
        insecureEdgeTerminationPolicy: "Redirect",
        externalCertificate: { name: "data-tls" },
      },
      wildcardPolicy: "None",
    });
  });

  test.each([
    ["a Secret", ownSecret, "data-tls"],
    ["cert-manager", certManager, "opendata-exposure-tls"],
  ] as const)("lets OpenShift's router read the certificate of %s, and no other Secret", async (_, tls, secret) => {
    const { resources } = await alone(exposed({ kind: "route", tls }));
    const [role, binding] = router.map((title) => find(resources, title).inputs);
    expect(role).toMatchObject({
      rules: [{ apiGroups: [""], resources: ["secrets"], resourceNames: [secret], verbs: ["get", "list", "watch"] }],
    });
    expect(binding).toMatchObject({
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "opendata-exposure-router" },
      subjects: [{ kind: "ServiceAccount", name: "router", namespace: "openshift-ingress" }],
    });
  });

  test.each([
    [60, "75s"],
    [120, "135s"],
  ])(
    "waits for an answer longer than nginx does, which waits for CKAN's %s seconds: %s",
    async (answerSeconds, waits) => {
      const { metadata } = await inputsOf({ kind: "route", tls: elsewhere }, route, { answerSeconds });
      expect(metadata.annotations["haproxy.router.openshift.io/timeout"]).toBe(waits);
    },
  );
});

describe("Google's load balancer", () => {
  const service = { group: "", kind: "Service", name: "opendata-web" };

  test.each([google(), sharedGoogle])("asks CKAN in each pod, at the pods' own port", async (exposure) => {
    const { spec, metadata } = await inputsOf(exposure, healthCheck);
    expect(spec).toEqual({
      targetRef: service,
      default: {
        checkIntervalSec: 15,
        timeoutSec: 15,
        healthyThreshold: 1,
        unhealthyThreshold: 2,
        config: { type: "HTTP", httpHealthCheck: { portSpecification: "USE_SERVING_PORT", requestPath: "/_ready" } },
      },
    });
    expect(Object.keys(metadata.annotations)).toEqual(["pulumi.com/patchFieldManager"]);
  });

  test.each([
    ["an hour for a transfer, and CKAN's silence", {}, 3660, 405],
    ["a longer silence", { answerSeconds: 120 }, 3720, 465],
    ["the largest upload at a million bits a second", { maximumUploadMegabytes: 500 }, 4255, 405],
    ["a pod that takes requests longer", { drainSeconds: 100 }, 3660, 460],
    ["an hour after a pod has to go at most, which is Google's limit", { drainSeconds: 4000 }, 3660, 3600],
  ] as const)("has time for %s", async (_, more, timeoutSec, drainingTimeoutSec) => {
    const { spec } = await inputsOf(google(), backendPolicy, more);
    expect(spec).toEqual({
      targetRef: service,
      default: { timeoutSec, connectionDraining: { drainingTimeoutSec }, logging: { enabled: false } },
    });
  });

  test.each([
    ["a policy of Cloud Armor's", { securityPolicy: "only-cloudflare" }, { securityPolicy: "only-cloudflare" }],
    ["a log of one request in two thousand", { logPercent: 0.05 }, { logging: { enabled: true, sampleRate: 500 } }],
    ["a log of every request", { logPercent: 100 }, { logging: { enabled: true, sampleRate: 1_000_000 } }],
  ])("gets %s", async (_, settings, expected) => {
    const own = (await inputsOf(google(settings), backendPolicy)).spec;
    const shared = (await inputsOf({ ...sharedGoogle, google: settings }, backendPolicy)).spec;
    expect([own, shared]).toMatchObject([{ default: expected }, { default: expected }]);
  });

  test.each([
    ["a policy for TLS", { sslPolicy: "tls-1-2" }, { sslPolicy: "tls-1-2" }],
    ["visitors from other regions", { globalAccess: true }, { allowGlobalAccess: true }],
  ])("gets %s for the Gateway", async (_, settings, expected) => {
    expect((await inputsOf(google(settings, "gke-l7-rilb"), gatewayPolicy)).spec).toEqual({
      targetRef: { group: "gateway.networking.k8s.io", kind: "Gateway", name: "opendata-exposure" },
      default: expected,
    });
  });

  test("has an address by its name", async () => {
    const { spec } = await inputsOf(google({ address: "data-example-org" }), gateway);
    expect(spec).toMatchObject({ addresses: [{ type: "NamedAddress", value: "data-example-org" }] });
  });

  test("knows of the Service before a route leads there", async () => {
    for (const exposure of [google(), sharedGoogle]) {
      const { resources } = await alone(exposed(exposure));
      expect(dependencies(find(resources, httpRoute))).toEqual(expect.arrayContaining([healthCheck, backendPolicy]));
    }
  });
});

test.each([
  ["for as long as it takes", 0, "0s"],
  ["for ten minutes", 600, "600s"],
])("a controller that reads a route's limit lets a request go on %s", async (_, requestSeconds, request) => {
  for (const exposure of [ownGateway(ownSecret), sharedGateway]) {
    const { spec } = await inputsOf({ ...exposure, requestSeconds }, httpRoute);
    expect(spec).toMatchObject({ rules: [{ timeouts: { request } }] });
  }
});
