/**
 * GKE's policies for Google's load balancers, beside a route
 * (docs.cloud.google.com/kubernetes-engine/docs/how-to/configure-gateway-resources).
 */
import type { Input } from "@pulumi/pulumi";
import type { CustomObject } from "../kubernetes/custom-object.ts";
import type { Backend } from "./objects.ts";
import type { GatewaySettings, SharedGatewaySettings } from "./settings.ts";

/** GKE's Gateway classes for a single cluster. Multi-cluster classes, which end in -mc, route to ServiceImports instead of Services. */
export const googleClasses = [
  "gke-l7-global-external-managed",
  "gke-l7-regional-external-managed",
  "gke-l7-gxlb",
  "gke-l7-rilb",
] as const;

/** The only internal class, and so the only one that can be closed to other regions. */
export const internalGoogleClass = "gke-l7-rilb";

/** Whether Google's load balancer serves Gateways of this class. */
export function isGoogle(className: string | undefined): className is string {
  return className?.startsWith("gke-l7-") ?? false;
}

/** Google's settings for a Service. */
export type GoogleBackend = NonNullable<SharedGatewaySettings["google"]>;

/** Google's settings for a Gateway and the Service behind it. */
export type GoogleGateway = NonNullable<GatewaySettings["google"]>;

/** Minimum seconds for the longest response or upload. */
const leastTransferSeconds = 3600;
/** A slow connection. */
const bitsPerSecond = 1_000_000;

/**
 * Google's request timeout in seconds. It covers the whole exchange, from the first byte of the request to the last byte of the response;
 * nginx watches for silence. It must exceed any transfer: otherwise a table is cut off in the middle, with status 200.
 */
export function longestRequestSeconds(maximumUploadMegabytes: number, answerSeconds: number): number {
  const uploadSeconds = Math.ceil((maximumUploadMegabytes * 2 ** 20 * 8) / bitsPerSecond);
  return Math.max(leastTransferSeconds, uploadSeconds) + answerSeconds;
}

/** Google's maximum for `drainingTimeoutSec`. */
const mostDrainingSeconds = 3600;

/** Google's health check. By default it requests `/`, a page that costs as much as any other. */
export function healthCheckPolicy(backend: Backend, requestPath: string) {
  return policy("HealthCheckPolicy", service(backend), {
    // As patient as the pod's own probe: taking out a busy pod only moves its load to the next one.
    checkIntervalSec: 15,
    timeoutSec: 15,
    // A new pod already waits for its own probe before this check, so one success is enough.
    healthyThreshold: 1,
    unhealthyThreshold: 2,
    // The pods' serving port: a fixed number would have to be the pods' port, not the Service's.
    config: { type: "HTTP", httpHealthCheck: { portSpecification: "USE_SERVING_PORT", requestPath } },
  });
}

export interface BackendPolicyArgs {
  /** Seconds for a request and its whole response. */
  readonly requestSeconds: number;
  /** Seconds for which a removed pod may finish its requests. */
  readonly drainingSeconds: number;
  /** @default no security policy, no log */
  readonly google?: GoogleBackend | undefined;
}

export function backendPolicy(backend: Backend, { requestSeconds, drainingSeconds, google }: BackendPolicyArgs) {
  const { securityPolicy, logPercent } = google ?? { logPercent: 0 };
  return policy("GCPBackendPolicy", service(backend), {
    timeoutSec: requestSeconds,
    connectionDraining: { drainingTimeoutSec: Math.min(drainingSeconds, mostDrainingSeconds) },
    // Google's sampling unit is a millionth.
    logging: logPercent === 0 ? { enabled: false } : { enabled: true, sampleRate: Math.round(logPercent * 10_000) },
    ...(securityPolicy !== undefined && { securityPolicy }),
  });
}

/** Undefined where Google's defaults suffice. */
export function gatewayPolicy(name: Input<string>, google: GoogleGateway | undefined) {
  const { sslPolicy, globalAccess = false } = google ?? {};
  if (sslPolicy === undefined && !globalAccess) return undefined;
  return policy(
    "GCPGatewayPolicy",
    { group: "gateway.networking.k8s.io", kind: "Gateway", name },
    { ...(sslPolicy !== undefined && { sslPolicy }), ...(globalAccess && { allowGlobalAccess: true }) },
  );
}

function service(backend: Backend) {
  return { group: "", kind: "Service", name: backend.service };
}

function policy<Target, Settings>(kind: string, targetRef: Target, settings: Settings) {
  return {
    apiVersion: "networking.gke.io/v1",
    kind,
    spec: { targetRef, default: settings },
  } satisfies CustomObject<unknown>;
}
