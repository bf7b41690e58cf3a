/** Plays the controllers of custom resources: writes the status that they would write, as soon as an object appears. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Engine, KubernetesObject, Run, RunningCommand } from "./engine.ts";

/** Documentation addresses: RFC 5737 and RFC 2606. */
export const gatewayAddress = "203.0.113.10";
export const routerName = "router-default.apps.example.org";

type Status = (object: KubernetesObject) => object;

const condition = (type: string) => ({
  type,
  status: "True",
  reason: type,
  message: "",
  lastTransitionTime: "2026-01-01T00:00:00Z",
});

const statuses: Readonly<Record<string, Status>> = {
  Gateway: () => ({
    addresses: [{ type: "IPAddress", value: gatewayAddress }],
    conditions: [condition("Accepted"), condition("Programmed")],
  }),
  HTTPRoute: () => ({
    parents: [
      { controllerName: "example.org/played", parentRef: { name: "played" }, conditions: [condition("Accepted")] },
    ],
  }),
  Certificate: () => ({ conditions: [condition("Ready")] }),
  Route: () => ({ ingress: [{ routerCanonicalHostname: routerName, conditions: [condition("Admitted")] }] }),
  Cluster: () => ({ conditions: [condition("Ready")], readyInstances: 3 }),
  Database: () => ({ applied: true }),
  Pooler: ({ spec }) => ({ instances: (spec as { instances: number }).instances }),
  Ingress: () => ({ loadBalancer: { ingress: [{ ip: gatewayAddress }] } }),
  ScaledObject: () => ({ conditions: [condition("Ready")] }),
};

/** What leads to a site. */
const exposing = ["Gateway", "HTTPRoute", "Certificate", "Route", "Ingress"];

const plural = (kind: string) => `${kind.toLowerCase()}${kind.endsWith("s") ? "es" : "s"}`;

/** Waits for the command while the controllers of these kinds work, each object as soon as it may be. */
export async function withControllers(
  engine: Engine,
  command: RunningCommand,
  kinds: readonly string[] = exposing,
  may: (object: KubernetesObject) => boolean = () => true,
): Promise<Run> {
  const resources = kinds.map(plural).join(",");
  const answered = new Set<string>();
  let running = true;
  const ended = command.ended.finally(() => {
    running = false;
  });
  while (running) {
    for (const object of engine.kubernetes(resources, "--all-namespaces").items) {
      const { uid, name, namespace = "" } = object.metadata;
      if (answered.has(uid) || !may(object)) continue;
      const patch = JSON.stringify({ status: statuses[object.kind]?.(object) });
      const target = [plural(object.kind), name, "-n", namespace];
      engine.kubectl("patch", ...target, "--subresource=status", "--type=merge", "-p", patch);
      answered.add(uid);
    }
    await sleep(300);
  }
  return await ended;
}
