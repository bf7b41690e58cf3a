/** How long a terminating pod still takes requests: until whatever routes to it has removed its endpoint. */
import type { ExposureArgs } from "../exposure/settings.ts";

/** For an unknown load balancer: the slowest of those below. */
export const slowestDrainSeconds = 45;

/**
 * Seconds for each exposure. kube-proxy reacts within a second or two. Controllers of gateways and ingresses watch endpoints and
 * then push a configuration to their proxies. Google's load balancers take some 40 s to detach an endpoint
 * (cloud.google.com/knowledge/kb/502-503-errors-on-external-http-s-load-balancer-000006416).
 */
export function drainSeconds(exposure: ExposureArgs): number {
  switch (exposure.kind) {
    case "node-port":
      return 5;
    case "gateway":
      return exposure.className.startsWith("gke-") ? slowestDrainSeconds : 15;
    case "ingress":
      return exposure.className.startsWith("gce") ? slowestDrainSeconds : 15;
    case "route":
      return 15;
    case "shared-gateway":
    case "none":
      return slowestDrainSeconds;
  }
}
