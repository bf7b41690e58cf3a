/** Network policies: all traffic that is not allowed here is denied. */
import { BlockList, isIPv6 } from "node:net";
import type { types } from "@pulumi/kubernetes";
import type { Input } from "@pulumi/pulumi";
import type { Access, Destination } from "../site/endpoints.ts";

export type NetworkPolicySpec = types.input.networking.v1.NetworkPolicySpec;
type Egress = types.input.networking.v1.NetworkPolicyEgressRule;
export type Ingress = types.input.networking.v1.NetworkPolicyIngressRule;

/** Denies all ingress and egress for every pod of the namespace that no other policy selects. */
export const denyAll: NetworkPolicySpec = { podSelector: {}, policyTypes: ["Ingress", "Egress"] };

/** Allowed traffic of one part's pods. */
export interface Flows {
  readonly pods: Readonly<Record<string, string>>;
  /** Allowed ingress. @default none */
  readonly from?: readonly Ingress[];
  /** Allowed egress; includes DNS unless empty. @default none */
  readonly to?: readonly Access[];
  /** Addresses or networks of resolvers that are not pods, besides the well-known ones. @default none */
  readonly resolvers?: readonly string[] | undefined;
}

export function allow({ pods, from = [], to = [], resolvers = [] }: Flows): NetworkPolicySpec {
  return {
    podSelector: { matchLabels: { ...pods } },
    policyTypes: ["Ingress", "Egress"],
    ingress: [...from],
    egress: to.length === 0 ? [] : [...dns(resolvers), ...to.map(({ destination }) => egress(destination))],
  };
}

/**
 * Policy for a proxy that a controller runs in the namespace. Ingress is open, because its ports are unknown. Egress reaches pods of
 * every namespace, the controller's included, and nothing outside the cluster.
 */
export function allowProxy(
  pods: Readonly<Record<string, Input<string>>>,
  resolvers: readonly string[] = [],
): NetworkPolicySpec {
  return {
    podSelector: { matchLabels: pods },
    policyTypes: ["Ingress", "Egress"],
    ingress: [{}],
    egress: [...dns(resolvers), { to: [{ namespaceSelector: {} }] }],
  };
}

/** Pods with these labels in the same namespace. */
export function fromPods(labels: Readonly<Record<string, string>>, port: number): Ingress {
  return { from: [{ podSelector: { matchLabels: { ...labels } } }], ports: [{ port, protocol: "TCP" }] };
}

/** Every pod of another namespace, such as an operator's, whose labels are its own. */
export function fromNamespace(namespace: string, port: number): Ingress {
  const namespaceSelector = { matchLabels: { "kubernetes.io/metadata.name": namespace } };
  return { from: [{ namespaceSelector }], ports: [{ port, protocol: "TCP" }] };
}

/** Any source: visitors come through a node port, a gateway or an ingress, whose addresses vary between clusters. */
export function fromAnywhere(port: number): Ingress {
  return { ports: [{ port, protocol: "TCP" }] };
}

/**
 * Resolvers that no pod selector matches: NodeLocal DNSCache in its node's network, and Cloud DNS for GKE at the metadata service's
 * address (tektoncd/operator#4000, gke-labs/kube-agents#1140). Port 53 serves no credentials.
 */
const linkLocalResolvers = ["169.254.20.10", "169.254.169.254"];

/**
 * Cluster DNS, wherever its pods run. OpenShift's listen on 5353, and its policies see packets after the Service's port 53 has been
 * translated (openshift/kubernetes-nmstate#776).
 */
function dns(resolvers: readonly string[]): readonly Egress[] {
  const both = (port: number) => ["UDP", "TCP"].map((protocol) => ({ port, protocol }));
  const addresses = [...new Set([...linkLocalResolvers, ...resolvers])];
  return [
    { to: [{ namespaceSelector: {} }], ports: [53, 5353].flatMap(both) },
    { to: addresses.map((address) => ({ ipBlock: { cidr: network(address) } })), ports: both(53) },
  ];
}

/** A bare address becomes a network of one address. */
function network(address: string): string {
  if (address.includes("/")) return address;
  return `${address}/${isIPv6(address) ? 128 : 32}`;
}

function egress(destination: Destination): Egress {
  const ports = [{ port: destination.port, protocol: "TCP" }];
  switch (destination.kind) {
    case "pods":
      return { to: [{ podSelector: { matchLabels: { ...destination.labels } } }], ports };
    case "networks":
      return { to: destination.networks.map((cidr) => ({ ipBlock: block(cidr, destination.except) })), ports };
  }
}

/**
 * Cloud metadata service, which serves the node's credentials to every pod. A wider block that is meant for a server must not open it; a
 * block that is just this address does so on purpose.
 */
const metadataService = { address: "169.254.169.254", length: 32 };

/** Egress to servers outside the cluster. */
export function toNetworks(networks: readonly string[], port: number): Access {
  return { clientLabels: {}, destination: { kind: "networks", networks, port } };
}

/** Ranges without public services: the cluster, its neighbours, the cloud. RFC 1918, 6598 and 3927. */
const notPublic = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"];

/** Egress to a public internet service whose addresses cannot be listed. */
export function toInternet(port: number): Access {
  return { clientLabels: {}, destination: { kind: "networks", networks: ["0.0.0.0/0"], except: notPublic, port } };
}

/** Egress to Google's APIs: to their private addresses (Private Service Connect), or to the internet. */
export function toGoogleApis(networks: readonly string[] | undefined): Access {
  return networks === undefined ? toInternet(443) : toNetworks(networks, 443);
}

/** The metadata server that gives GKE pods their bound identity (Workload Identity). The second address is the node's own endpoint. */
export const metadataServer: readonly Access[] = [
  toNetworks([`${metadataService.address}/${metadataService.length}`], 80),
  toNetworks(["169.254.169.252/32"], 988),
];

function block(
  cidr: string,
  exceptions: readonly string[] = [],
): { readonly cidr: string; readonly except?: string[] } {
  if (exceptions.length > 0) return { cidr, except: [...exceptions] };

  const [network = "", length] = cidr.split("/");
  const addresses = new BlockList();
  addresses.addSubnet(network, Number(length), "ipv4");
  const wider = Number(length) < metadataService.length && addresses.check(metadataService.address);
  return wider ? { cidr, except: [`${metadataService.address}/${metadataService.length}`] } : { cidr };
}
