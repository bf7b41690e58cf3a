/** How the pods of a site get to the world outside the cluster. By default they reach nothing there but the servers they use. */
import { all, type Input } from "@pulumi/pulumi";
import { toNetworks } from "../kubernetes/network.ts";
import type { Access, EnvironmentVariable } from "../site/endpoints.ts";
import type { EgressSettings, OutgoingSettings, ProxySettings } from "./settings.ts";

/** The pod itself, and every Service of the cluster by a name longer than one word. */
const never = ["localhost", "127.0.0.1", ".svc", ".cluster.local"];

/** Variables that requests, urllib and botocore go by. Some programs read only the small ones, some only the large. */
export function proxyEnvironment(
  { http, https, noProxy }: ProxySettings,
  hosts: readonly Input<string>[],
): readonly EnvironmentVariable[] {
  const without = all([...hosts]).apply((known) => [...new Set([...never, ...known, ...noProxy])].join(","));
  return [
    ...(http === undefined ? [] : both("HTTP_PROXY", http)),
    ...(https === undefined ? [] : both("HTTPS_PROXY", https)),
    ...both("NO_PROXY", without),
  ];
}

function both(name: string, value: Input<string>): readonly EnvironmentVariable[] {
  return [
    { name, value },
    { name: name.toLowerCase(), value },
  ];
}

/** What the network policies of pods that may send to the world outside have to let through. */
export function egressAccess({ proxy, outgoing }: EgressSettings): readonly Access[] {
  return [...(proxy === undefined ? [] : proxyFlows(proxy)), ...outgoing].map(({ networks, port }) =>
    toNetworks(networks, port),
  );
}

function proxyFlows({ http, https, networks }: ProxySettings): readonly OutgoingSettings[] {
  const ports = [http, https].filter((url) => url !== undefined).map(portOf);
  return [...new Set(ports)].map((port) => ({ networks, port }));
}

/** The port that a client of this http or https URL talks to. */
export function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  return port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
}
