/** How the pods of a site get to the world outside the cluster. By default they reach nothing there but the servers they use. */
import { all, type Input } from "@pulumi/pulumi";
import { toNetworks } from "../kubernetes/network.ts";
import type { Access, EnvironmentVariable } from "../site/endpoints.ts";

export interface OutsideArgs {
  /**
   * Certificates (PEM) of all whom the pods trust. They take the place of the lists of the image: public ones must be among them
   * where pods talk to servers that have theirs from a public authority.
   * @default the lists of the image
   */
  readonly caBundle?: string | undefined;
  /** @default none */
  readonly proxy?: ProxyArgs | undefined;
  /** Where web, worker and DataPusher may send besides the servers of the site and the proxy. @default nowhere */
  readonly outgoing?: readonly OutgoingArgs[] | undefined;
}

export interface ProxyArgs {
  /** URL of the proxy for http:// addresses, without user and password. @default none */
  readonly http?: string | undefined;
  /** URL of the proxy for https:// addresses, without user and password. @default none */
  readonly https?: string | undefined;
  /** Hosts and domains that are reached without it, besides the parts and servers of the site. @default none */
  readonly noProxy?: readonly string[] | undefined;
  /** IPv4 networks that hold the proxy, for the network policies. @default 0.0.0.0/0 */
  readonly networks?: readonly string[] | undefined;
}

export interface OutgoingArgs {
  /** IPv4 networks. */
  readonly networks: readonly string[];
  readonly port: number;
}

/** The pod itself, and every Service of the cluster by a name longer than one word. */
const never = ["localhost", "127.0.0.1", ".svc", ".cluster.local"];

/** Variables that requests, urllib and botocore go by. Some programs read only the small ones, some only the large. */
export function proxyEnvironment(
  { http, https, noProxy = [] }: ProxyArgs,
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
export function outsideAccess({ proxy, outgoing = [] }: OutsideArgs): readonly Access[] {
  return [...(proxy === undefined ? [] : proxyFlows(proxy)), ...outgoing].map(({ networks, port }) =>
    toNetworks(networks, port),
  );
}

function proxyFlows({ http, https, networks = ["0.0.0.0/0"] }: ProxyArgs): readonly OutgoingArgs[] {
  const ports = [http, https].filter((url) => url !== undefined).map(portOf);
  return [...new Set(ports)].map((port) => ({ networks, port }));
}

/** The port that a client of this http or https URL talks to. */
export function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  return port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
}
