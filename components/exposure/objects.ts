/** How requests get from outside to the web Service: objects of the Gateway API, Ingress, OpenShift's Route, cert-manager. */
import type { types } from "@pulumi/kubernetes";
import type { Input } from "@pulumi/pulumi";
import type { CustomObject } from "../kubernetes/custom-object.ts";

/** A Service of the same namespace. */
export interface Backend {
  readonly service: string;
  readonly port: { readonly name: string; readonly number: number };
}

/** A Gateway that exists, or the site's own. */
export interface GatewayReference {
  readonly name: Input<string>;
  /** @default the site's namespace */
  readonly namespace?: string | undefined;
  /** One of its listeners. @default every listener that takes the host */
  readonly sectionName?: string | undefined;
}

/** What the listener of a Gateway is called that takes one of its hosts, the first of which has no number. */
export function listener(protocol: "http" | "https", position: number): string {
  return position === 0 ? protocol : `${protocol}-${position + 1}`;
}

/**
 * Proxies that a controller runs beside a Gateway have its name in this label, as GEP-1762 says. Istio, NGINX Gateway Fabric and kgateway
 * run them in the Gateway's own namespace, Envoy Gateway where it is told to (istio/istio#57031, tigera/operator#4690).
 */
export const proxyLabel = "gateway.networking.k8s.io/gateway-name";

/** A Gateway for some hosts: https with a certificate from a Secret, and http, which only leads there. */
export function gateway(
  className: string,
  hosts: readonly string[],
  certificate: Input<string>,
  /** Name that Google knows a reserved address by: it takes addresses by no other type (kubernetes-sigs/gateway-api#2632). */
  namedAddress?: string,
) {
  const allowedRoutes = { namespaces: { from: "Same" } };
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "Gateway",
    spec: {
      gatewayClassName: className,
      ...(namedAddress !== undefined && { addresses: [{ type: "NamedAddress", value: namedAddress }] }),
      listeners: hosts.flatMap((hostname, position) => [
        { name: listener("http", position), protocol: "HTTP", port: 80, hostname, allowedRoutes },
        {
          name: listener("https", position),
          protocol: "HTTPS",
          port: 443,
          hostname,
          allowedRoutes,
          tls: { mode: "Terminate", certificateRefs: [{ kind: "Secret", name: certificate }] },
        },
      ]),
    },
  } satisfies CustomObject<unknown>;
}

/** Everything under the hosts goes to the backend. */
export function httpRoute(
  hosts: readonly string[],
  parents: readonly GatewayReference[],
  { service, port }: Backend,
  /** Seconds for a request and its whole answer; 0: as long as it takes. */
  requestSeconds?: number,
) {
  const timeouts = requestSeconds === undefined ? {} : { timeouts: { request: `${requestSeconds}s` } };
  const rules = [{ backendRefs: [{ name: service, port: port.number }], ...timeouts }];
  return route(hosts, parents, rules);
}

/** Everything under the hosts is told to come back by https. */
export function redirectRoute(hosts: readonly string[], parents: readonly GatewayReference[]) {
  const requestRedirect = { scheme: "https", statusCode: 301 };
  return route(hosts, parents, [{ filters: [{ type: "RequestRedirect", requestRedirect }] }]);
}

function route<Rules>(hosts: readonly string[], parents: readonly GatewayReference[], rules: Rules) {
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    spec: { parentRefs: parents, hostnames: hosts, rules },
  } satisfies CustomObject<unknown>;
}

/** An Ingress of any class. Without a certificate the controller's own is used, or TLS ends in front of it. */
export function ingress(
  className: string,
  hosts: readonly string[],
  { service, port }: Backend,
  certificate: Input<string> | undefined,
): types.input.networking.v1.IngressSpec {
  const backend = { service: { name: service, port: { number: port.number } } };
  return {
    ingressClassName: className,
    ...(certificate !== undefined && { tls: [{ hosts: [...hosts], secretName: certificate }] }),
    rules: hosts.map((host) => ({ host, http: { paths: [{ path: "/", pathType: "Prefix", backend }] } })),
  };
}

/** OpenShift's Route: TLS ends at the router, with its own certificate or that of a Secret. */
export function openShiftRoute(host: string, { service, port }: Backend, certificate: Input<string> | undefined) {
  return {
    apiVersion: "route.openshift.io/v1",
    kind: "Route",
    spec: {
      host,
      to: { kind: "Service", name: service, weight: 100 },
      port: { targetPort: port.name },
      tls: {
        termination: "edge",
        insecureEdgeTerminationPolicy: "Redirect",
        ...(certificate !== undefined && { externalCertificate: { name: certificate } }),
      },
      wildcardPolicy: "None",
    },
  } satisfies CustomObject<unknown>;
}

/** OpenShift's routers, of every IngressController. */
export const routers = { kind: "ServiceAccount", name: "router", namespace: "openshift-ingress" } as const;

/** What reads one Secret, and hears of its next content. */
export function secretReader(secret: Input<string>): types.input.rbac.v1.PolicyRule {
  return { apiGroups: [""], resources: ["secrets"], resourceNames: [secret], verbs: ["get", "list", "watch"] };
}

/** Who signs certificates: an issuer of cert-manager's. */
export interface Issuer {
  readonly name: string;
  /** @default ClusterIssuer */
  readonly kind?: "ClusterIssuer" | "Issuer";
}

/**
 * What cert-manager is told beside a certificate. A Gateway or an Ingress whose Secret is not there may get no address, without which
 * the name leads nowhere, and by HTTP-01 no certificate comes: a temporary one fills the Secret until then, and never takes the place
 * of another (cert-manager/cert-manager#1392, envoyproxy/gateway#9012, kubermatic/kubermatic#15560). The Gateway's name is for solvers
 * of the Gateway API: cert-manager writes it on the certificates that it declares for Gateways itself.
 */
export function certificateAnnotations(gateway?: string): Readonly<Record<string, string>> {
  return {
    "cert-manager.io/issue-temporary-certificate": "true",
    ...(gateway !== undefined && {
      "acme.cert-manager.io/http01-parentrefkind": "Gateway",
      "acme.cert-manager.io/http01-parentrefname": gateway,
    }),
  };
}

/** Pods that cert-manager starts beside a certificate to answer an authority that asks by HTTP-01, and their port. */
export const solver = { labels: { "acme.cert-manager.io/http01-solver": "true" }, port: 8089 } as const;

/** A certificate for some hosts that cert-manager puts into a Secret and renews. */
export function certificate(hosts: readonly string[], secretName: string, issuer: Issuer) {
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    spec: {
      secretName,
      dnsNames: hosts,
      issuerRef: { group: "cert-manager.io", kind: issuer.kind ?? "ClusterIssuer", name: issuer.name },
      privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
    },
  } satisfies CustomObject<unknown>;
}
