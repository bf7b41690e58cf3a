import { describe, expect, test } from "vitest";
import { CkanExposure, type ExposureArgs } from "../../components/ckan-exposure.ts";
import { alone, describeComponent, namespace } from "../support/component.ts";
import { find } from "../support/program.ts";

const gateway = "gateway.networking.k8s.io/v1:Gateway opendata-exposure";
const httpRoute = "gateway.networking.k8s.io/v1:HTTPRoute opendata-exposure";
const redirect = "gateway.networking.k8s.io/v1:HTTPRoute opendata-exposure-redirect";
const ingress = "networking.k8s.io/v1:Ingress opendata-exposure";
const route = "route.openshift.io/v1:Route opendata-exposure";
const certificate = "cert-manager.io/v1:Certificate opendata-exposure";

const certManager = { kind: "cert-manager", issuer: { name: "letsencrypt" } } as const;
const ownSecret = { kind: "secret", name: "data-tls" } as const;
const elsewhere = { kind: "elsewhere" } as const;

const exposed = (exposure: ExposureArgs, children: readonly string[] = []) => ({
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
  exposed(ownGateway(certManager), [gateway, httpRoute, redirect, certificate]),
);
describeComponent("a Gateway with a Secret", exposed(ownGateway(ownSecret), [gateway, httpRoute, redirect]));
describeComponent("a shared Gateway", exposed(sharedGateway, [httpRoute]));
describeComponent("an Ingress with cert-manager", exposed(anIngress(certManager), [ingress, certificate]));
describeComponent("an Ingress", exposed(anIngress(elsewhere), [ingress]));
describeComponent("a Route", exposed({ kind: "route", tls: elsewhere }, [route]));
describeComponent("a node port", exposed({ kind: "node-port", nodePort: 30500 }));
describeComponent("nothing", exposed({ kind: "none" }));

interface Inputs {
  readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
  readonly spec: object;
}

const inputsOf = async (exposure: ExposureArgs, title: string) => {
  const { resources } = await alone(exposed(exposure));
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
  test("ends TLS at the router, sends http there too, and waits as long for an answer as uWSGI", async () => {
    const { metadata, spec } = await inputsOf({ kind: "route", tls: ownSecret }, route);
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
    expect(metadata.annotations["haproxy.router.openshift.io/timeout"]).toBe("65s");
  });
});
