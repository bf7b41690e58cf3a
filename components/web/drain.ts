/** How long a pod goes on taking requests after it has to leave: until whatever sends them there has noticed. */
import type { ExposureArgs } from "../exposure/arguments.ts";

/**
 * Seconds for each exposure. kube-proxy notices within a second or two. Controllers of gateways and ingresses watch endpoints, and
 * then push a configuration to their proxies. Google's load balancers take some 40 s to detach an endpoint
 * (cloud.google.com/knowledge/kb/502-503-errors-on-external-http-s-load-balancer-000006416).
 */
export function drainSeconds(exposure: ExposureArgs): number {
  switch (exposure.kind) {
    case "node-port":
      return 5;
    case "gateway":
      return exposure.className.startsWith("gke-") ? 45 : 15;
    case "ingress":
      return exposure.className.startsWith("gce") ? 45 : 15;
    case "route":
      return 15;
    // Whatever stands there may be the slowest of them.
    case "shared-gateway":
    case "none":
      return 45;
  }
}
