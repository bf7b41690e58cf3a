/** Egress of a site's pods. By default they reach nothing outside the cluster but the servers they use. */
import { all, type Input } from "@pulumi/pulumi";
import { toNetworks } from "../kubernetes/network.ts";
import type { Access, EnvironmentVariable } from "../site/endpoints.ts";
import type { EgressSettings, OutgoingSettings, ProxySettings } from "./settings.ts";

/** Always reached without the proxy: the pod itself, and Services by their qualified names. */
const never = ["localhost", "127.0.0.1", ".svc", ".cluster.local"];

/** Proxy variables for requests, urllib and botocore. Some programs read only lower-case names, some only upper-case ones. */
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

/** What the network policies of pods with egress must allow. */
export function egressAccess({ proxy, outgoing }: EgressSettings): readonly Access[] {
  return [...(proxy === undefined ? [] : proxyFlows(proxy)), ...outgoing].map(({ networks, port }) =>
    toNetworks(networks, port),
  );
}

function proxyFlows({ http, https, networks }: ProxySettings): readonly OutgoingSettings[] {
  const ports = [http, https].filter((url) => url !== undefined).map(portOf);
  return [...new Set(ports)].map((port) => ({ networks, port }));
}

/** The port of an http or https URL, given or by default. */
export function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  return port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
}
