import { expect, test } from "vitest";
import type { ExposureArgs } from "../../../components/exposure/settings.ts";
import { drainSeconds } from "../../../components/web/drain.ts";

const tls = { kind: "secret", name: "data-tls" } as const;
const gateway = (className: string) => ({ kind: "gateway", className, tls }) as const;

test.each<readonly [string, ExposureArgs, number]>([
  ["kube-proxy", { kind: "node-port", nodePort: 30500 }, 5],
  ["a gateway in the cluster", gateway("istio"), 15],
  ["Google's load balancer", gateway("gke-l7-global-external-managed"), 45],
  ["a gateway of somebody else", { kind: "shared-gateway", gateway: { name: "public", namespace: "gateways" } }, 45],
  ["an ingress", { kind: "ingress", className: "traefik", tls }, 15],
  ["Google's ingress", { kind: "ingress", className: "gce", tls }, 45],
  ["OpenShift's router", { kind: "route", tls }, 15],
  ["whatever stands there", { kind: "none" }, 45],
])("%s has time to notice that a pod has to go: %3$d s", (_name, exposure, seconds) => {
  expect(drainSeconds(exposure)).toBe(seconds);
});
