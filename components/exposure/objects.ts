/** Objects that route requests from outside to the web Service: Gateway API, Ingress, OpenShift's Route, cert-manager. */
import type { types } from "@pulumi/kubernetes";
import type { Input } from "@pulumi/pulumi";
import type { CustomObject } from "../kubernetes/custom-object.ts";

/** A Service in the same namespace. */
export interface Backend {
  readonly service: string;
  readonly port: { readonly name: string; readonly number: number };
}

/** An existing Gateway, or the site's own. */
export interface GatewayReference {
  readonly name: Input<string>;
  /** @default the site's namespace */
  readonly namespace?: string | undefined;
  /** Name of a listener. @default every listener that accepts the host */
  readonly sectionName?: string | undefined;
}

/** Name of a Gateway's listener for one of its hosts; the first host gets no number. */
export function listener(protocol: "http" | "https", position: number): string {
  return position === 0 ? protocol : `${protocol}-${position + 1}`;
}

/**
 * Label of the proxies that a controller runs for a Gateway, with the Gateway's name (GEP-1762). Istio, NGINX Gateway Fabric and kgateway
 * run them in the Gateway's namespace, Envoy Gateway in a configurable one (istio/istio#57031, tigera/operator#4690).
 */
export const proxyLabel = "gateway.networking.k8s.io/gateway-name";

/** A Gateway for some hosts: https with a certificate from a Secret, and http, which redirects to https. */
export function gateway(
  className: string,
  hosts: readonly string[],
  certificate: Input<string>,
  /** Name of a reserved address: Google accepts no other type of address (kubernetes-sigs/gateway-api#2632). */
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

/** Routes all paths of the hosts to the backend. */
export function httpRoute(
  hosts: readonly string[],
  parents: readonly GatewayReference[],
  { service, port }: Backend,
  /** Seconds for a request and its whole response; 0: no limit. */
  requestSeconds?: number,
) {
  const timeouts = requestSeconds === undefined ? {} : { timeouts: { request: `${requestSeconds}s` } };
  const rules = [{ backendRefs: [{ name: service, port: port.number }], ...timeouts }];
  return route(hosts, parents, rules);
}

/** Redirects all paths of the hosts to https. */
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

/** An Ingress of any class. Without a Secret, TLS uses the controller's certificate or ends in front of it. */
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

/** OpenShift's Route: TLS ends at the router, with the router's certificate or one from a Secret. */
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

/** Service account of OpenShift's routers, whatever the IngressController. */
export const routers = { kind: "ServiceAccount", name: "router", namespace: "openshift-ingress" } as const;

/** Permission to read and watch one Secret. */
export function secretReader(secret: Input<string>): types.input.rbac.v1.PolicyRule {
  return { apiGroups: [""], resources: ["secrets"], resourceNames: [secret], verbs: ["get", "list", "watch"] };
}

/** cert-manager's issuer, which signs the certificates. */
export interface Issuer {
  readonly name: string;
  /** @default ClusterIssuer */
  readonly kind?: "ClusterIssuer" | "Issuer";
}

/**
 * Annotations for cert-manager. A Gateway or an Ingress may get no address while its Secret is missing; then its name does not resolve,
 * and HTTP-01 cannot issue a certificate. A temporary certificate fills the Secret until then and never replaces a real one
 * (cert-manager/cert-manager#1392, envoyproxy/gateway#9012, kubermatic/kubermatic#15560). `gateway` is for solvers of the Gateway API:
 * cert-manager sets that annotation itself only on certificates that it creates for Gateways.
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

/** Labels and port of the pods that cert-manager starts to answer HTTP-01 challenges. */
export const solver = { labels: { "acme.cert-manager.io/http01-solver": "true" }, port: 8089 } as const;

/** A certificate for some hosts, which cert-manager stores in a Secret and renews. */
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
