/** Network policies: what is not written here does not flow. */
import { BlockList, isIPv6 } from "node:net";
import type { types } from "@pulumi/kubernetes";
import type { Input } from "@pulumi/pulumi";
import type { Access, Destination } from "../site/endpoints.ts";

export type NetworkPolicySpec = types.input.networking.v1.NetworkPolicySpec;
type Egress = types.input.networking.v1.NetworkPolicyEgressRule;
export type Ingress = types.input.networking.v1.NetworkPolicyIngressRule;

/** Nothing in, nothing out, for every pod of the namespace that no other policy speaks of. */
export const denyAll: NetworkPolicySpec = { podSelector: {}, policyTypes: ["Ingress", "Egress"] };

/** What the pods of one part may do. */
export interface Flows {
  readonly pods: Readonly<Record<string, string>>;
  /** Who may come in. @default nobody */
  readonly from?: readonly Ingress[];
  /** Where these pods may go, DNS included when there is anywhere to go. @default nowhere */
  readonly to?: readonly Access[];
  /** Addresses or networks of resolvers that are no pods, besides those that any cluster may have. @default none */
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
 * A proxy that a controller runs in the namespace: anybody comes in, by whatever port it listens on, and it reaches pods of every
 * namespace, the controller's own among them, and nothing outside the cluster.
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

/** Pods of the same namespace with these labels. */
export function fromPods(labels: Readonly<Record<string, string>>, port: number): Ingress {
  return { from: [{ podSelector: { matchLabels: { ...labels } } }], ports: [{ port, protocol: "TCP" }] };
}

/** Every pod of another namespace: an operator, whose pods' labels are its own. */
export function fromNamespace(namespace: string, port: number): Ingress {
  const namespaceSelector = { matchLabels: { "kubernetes.io/metadata.name": namespace } };
  return { from: [{ namespaceSelector }], ports: [{ port, protocol: "TCP" }] };
}

/** Anybody: visitors come through a node port, a gateway or an ingress, whose addresses differ from cluster to cluster. */
export function fromAnywhere(port: number): Ingress {
  return { ports: [{ port, protocol: "TCP" }] };
}

/**
 * Resolvers that no selector of pods means: NodeLocal DNSCache, which runs in its node's own network, and Cloud DNS for GKE, which
 * answers where the metadata service does (tektoncd/operator#4000, gke-labs/kube-agents#1140). Port 53 hands out no credentials.
 */
const linkLocalResolvers = ["169.254.20.10", "169.254.169.254"];

/**
 * Cluster DNS, wherever its pods run. 5353 is where OpenShift's listen: its policies see a packet when the Service's port 53 has
 * become theirs (openshift/kubernetes-nmstate#776).
 */
function dns(resolvers: readonly string[]): readonly Egress[] {
  const both = (port: number) => ["UDP", "TCP"].map((protocol) => ({ port, protocol }));
  const addresses = [...new Set([...linkLocalResolvers, ...resolvers])];
  return [
    { to: [{ namespaceSelector: {} }], ports: [53, 5353].flatMap(both) },
    { to: addresses.map((address) => ({ ipBlock: { cidr: network(address) } })), ports: both(53) },
  ];
}

/** What is no network yet is one address. */
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
 * Where clouds answer every pod with the node's own credentials. A wide block that is meant for a server must not open that; a
 * block that is not wider than it says what is meant.
 */
const metadataService = { address: "169.254.169.254", length: 32 };

/** The way to servers outside the cluster. */
export function toNetworks(networks: readonly string[], port: number): Access {
  return { clientLabels: {}, destination: { kind: "networks", networks, port } };
}

/** Addresses that no public service has: the cluster's own, its neighbours', a cloud's. RFC 1918, 6598 and 3927. */
const notPublic = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"];

/** The way to a service of the public internet, whose addresses nobody can list. */
export function toInternet(port: number): Access {
  return { clientLabels: {}, destination: { kind: "networks", networks: ["0.0.0.0/0"], except: notPublic, port } };
}

/** The way to Google's APIs: to where the network has them (Private Service Connect), or to the internet. */
export function toGoogleApis(networks: readonly string[] | undefined): Access {
  return networks === undefined ? toInternet(443) : toNetworks(networks, 443);
}

/** Where pods on Google's Kubernetes get the identity that they are bound to (Workload Identity): the second is the node's own answer. */
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
