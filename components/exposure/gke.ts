/**
 * What Google's load balancers have to be told beside a route, by GKE's own kinds
 * (docs.cloud.google.com/kubernetes-engine/docs/how-to/configure-gateway-resources).
 */
import type { Input } from "@pulumi/pulumi";
import type { CustomObject } from "../kubernetes/custom-object.ts";
import type { Backend } from "./objects.ts";
import type { GatewaySettings, SharedGatewaySettings } from "./settings.ts";

/** GKE's classes for one cluster. Those for several, which end in -mc, lead to ServiceImports instead of Services. */
export const googleClasses = [
  "gke-l7-global-external-managed",
  "gke-l7-regional-external-managed",
  "gke-l7-gxlb",
  "gke-l7-rilb",
] as const;

/** The only one of them that is inside a network, and so may be closed to other regions. */
export const internalGoogleClass = "gke-l7-rilb";

/** Whether Google's load balancer serves Gateways of a class. */
export function isGoogle(className: string | undefined): className is string {
  return className?.startsWith("gke-l7-") ?? false;
}

/** How Google's load balancer treats a Service. */
export type GoogleBackend = NonNullable<SharedGatewaySettings["google"]>;

/** How it treats a Gateway and the Service behind it. */
export type GoogleGateway = NonNullable<GatewaySettings["google"]>;

/** Seconds for the longest answer or upload at least. */
const leastTransferSeconds = 3600;
/** A slow line. */
const bitsPerSecond = 1_000_000;

/**
 * Seconds until Google ends a request: its limit is for everything from the first byte of the request to the last one of the answer,
 * not for silence, which nginx watches. So it has to be longer than any transfer, or a table ends in the middle with status 200.
 */
export function longestRequestSeconds(maximumUploadMegabytes: number, answerSeconds: number): number {
  const uploadSeconds = Math.ceil((maximumUploadMegabytes * 2 ** 20 * 8) / bitsPerSecond);
  return Math.max(leastTransferSeconds, uploadSeconds) + answerSeconds;
}

/** Most that Google takes for `drainingTimeoutSec`. */
const mostDrainingSeconds = 3600;

/** How the load balancer knows that a pod may have visitors; by itself it asks for `/`, which is a page like any other. */
export function healthCheckPolicy(backend: Backend, requestPath: string) {
  return policy("HealthCheckPolicy", service(backend), {
    // As patient as the pod's own probe: a busy pod that is left out only moves its load to the next one.
    checkIntervalSec: 15,
    timeoutSec: 15,
    // A new pod waits for this check, after its own; one answer is enough.
    healthyThreshold: 1,
    unhealthyThreshold: 2,
    // The port of the pods: a number here would have to be theirs, not the Service's.
    config: { type: "HTTP", httpHealthCheck: { portSpecification: "USE_SERVING_PORT", requestPath } },
  });
}

export interface BackendPolicyArgs {
  /** Seconds for a request and its whole answer. */
  readonly requestSeconds: number;
  /** Seconds for which requests that a pod has may go on once it is left out. */
  readonly drainingSeconds: number;
  /** @default no policy, and no log */
  readonly google?: GoogleBackend | undefined;
}

export function backendPolicy(backend: Backend, { requestSeconds, drainingSeconds, google }: BackendPolicyArgs) {
  const { securityPolicy, logPercent } = google ?? { logPercent: 0 };
  return policy("GCPBackendPolicy", service(backend), {
    timeoutSec: requestSeconds,
    connectionDraining: { drainingTimeoutSec: Math.min(drainingSeconds, mostDrainingSeconds) },
    // A millionth is Google's unit.
    logging: logPercent === 0 ? { enabled: false } : { enabled: true, sampleRate: Math.round(logPercent * 10_000) },
    ...(securityPolicy !== undefined && { securityPolicy }),
  });
}

/** Undefined where Google's own settings are wanted. */
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
