/**
 * What NetworkPolicies let through, by the rules of the API's reference (networking.k8s.io/v1): policies only ever allow; a pod
 * that any policy selects in a direction gets what all of them together allow there, any other pod gets everything; a flow
 * needs the word of both ends. Knows IPv4 and IPv6 blocks, port ranges and named ports. Does not know what Kubernetes leaves to
 * each enforcer: traffic between a pod and its own node, and between a pod and itself, which cannot be forbidden.
 */
import { BlockList, isIPv6 } from "node:net";
import type { Labels } from "./objects.ts";

export type Protocol = "TCP" | "UDP";

export interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly Expression[];
}

interface Expression {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  readonly values?: readonly string[];
}

export interface PolicyPeer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

export interface PolicyPort {
  /** A number or the name of a port of the receiving pod. @default every port */
  readonly port?: number | string;
  readonly endPort?: number;
  /** @default TCP */
  readonly protocol?: string;
}

export interface PolicyRule {
  /** @default everybody */
  readonly from?: readonly PolicyPeer[];
  /** @default everybody */
  readonly to?: readonly PolicyPeer[];
  /** @default every port */
  readonly ports?: readonly PolicyPort[];
}

export interface Policy {
  readonly namespace: string;
  readonly spec: {
    readonly podSelector?: LabelSelector;
    /** @default Ingress, and Egress where there are egress rules */
    readonly policyTypes?: readonly string[];
    readonly ingress?: readonly PolicyRule[];
    readonly egress?: readonly PolicyRule[];
  };
}

export interface PodParty {
  readonly kind: "pod";
  readonly namespace: string;
  readonly namespaceLabels: Labels;
  readonly labels: Labels;
  /** @default unknown: no block of addresses contains it */
  readonly address?: string;
  readonly ports?: readonly { readonly name: string; readonly containerPort: number; readonly protocol?: string }[];
}

/** Something that is no pod. */
export interface AddressParty {
  readonly kind: "address";
  readonly address: string;
}

export type Party = PodParty | AddressParty;

export interface Flow {
  readonly source: Party;
  readonly destination: Party;
  readonly port: number;
  readonly protocol: Protocol;
}

/** Whether the policies let the flow through: its source may send it, and its destination may receive it. */
export function isAllowed(policies: readonly Policy[], flow: Flow): boolean {
  return maySend(policies, flow) && mayReceive(policies, flow);
}

export function maySend(policies: readonly Policy[], flow: Flow): boolean {
  return passes(policies, flow, flow.source, "Egress");
}

export function mayReceive(policies: readonly Policy[], flow: Flow): boolean {
  return passes(policies, flow, flow.destination, "Ingress");
}

function passes(policies: readonly Policy[], flow: Flow, party: Party, direction: "Ingress" | "Egress"): boolean {
  if (party.kind === "address") return true;
  const isolating = policies.filter(
    ({ namespace, spec }) =>
      namespace === party.namespace &&
      selects(spec.podSelector ?? {}, party.labels) &&
      directions(spec).includes(direction),
  );
  if (isolating.length === 0) return true;
  return isolating.some(({ namespace, spec }) => {
    const rules = (direction === "Ingress" ? spec.ingress : spec.egress) ?? [];
    return rules.some((rule) => {
      const peers = direction === "Ingress" ? rule.from : rule.to;
      const other = direction === "Ingress" ? flow.source : flow.destination;
      return hasPeer(peers, other, namespace) && hasPort(rule.ports, flow);
    });
  });
}

function directions({ policyTypes, egress }: Policy["spec"]): readonly string[] {
  return policyTypes ?? (egress === undefined ? ["Ingress"] : ["Ingress", "Egress"]);
}

function hasPeer(peers: readonly PolicyPeer[] | undefined, party: Party, namespace: string): boolean {
  if (peers === undefined || peers.length === 0) return true;
  return peers.some((peer) => {
    if (peer.ipBlock !== undefined) return party.address !== undefined && inBlock(peer.ipBlock, party.address);
    if (party.kind === "address") return false;
    const inNamespace =
      peer.namespaceSelector === undefined
        ? party.namespace === namespace
        : selects(peer.namespaceSelector, party.namespaceLabels);
    return inNamespace && selects(peer.podSelector ?? {}, party.labels);
  });
}

function hasPort(ports: readonly PolicyPort[] | undefined, { destination, port, protocol }: Flow): boolean {
  if (ports === undefined || ports.length === 0) return true;
  return ports.some((allowed) => {
    if ((allowed.protocol ?? "TCP") !== protocol) return false;
    if (allowed.port === undefined) return true;
    if (typeof allowed.port === "number") return allowed.port <= port && port <= (allowed.endPort ?? allowed.port);
    const named = destination.kind === "pod" ? (destination.ports ?? []) : [];
    return named.some(
      ({ name, containerPort, protocol: own = "TCP" }) =>
        name === allowed.port && containerPort === port && own === protocol,
    );
  });
}

/** Whether labels fulfil a selector; an empty selector means everything. */
export function selects({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every((expression) => holds(expression, labels[expression.key]))
  );
}

function holds({ operator, values = [] }: Expression, value: string | undefined): boolean {
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
  }
}

function inBlock({ cidr, except = [] }: NonNullable<PolicyPeer["ipBlock"]>, address: string): boolean {
  return contains(cidr, address) && !except.some((part) => contains(part, address));
}

function contains(cidr: string, address: string): boolean {
  const [network = "", length = ""] = cidr.split("/");
  if (isIPv6(network) !== isIPv6(address)) return false;
  const family = isIPv6(network) ? "ipv6" : "ipv4";
  const list = new BlockList();
  list.addSubnet(network, Number(length), family);
  return list.check(address, family);
}
