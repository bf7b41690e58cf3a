/** Who takes part in the flows of the running dev environment: its pods, fakes of those that have ended, neighbours, the host. */
import { policiesOf } from "../../support/declared-flows.ts";
import type { Party, Policy, Protocol } from "../../support/network-policies.ts";
import { type KubernetesObject, type Workload, workloads } from "../../support/objects.ts";
import { isReady, type LiveNode, type LiveObject, type LivePod, type LiveService, list } from "./cluster.ts";
import { kubectlAtOnce } from "./commands.ts";
import { type Fake, fakes, removeFakes, sealedPolicy, startFakes } from "./fakes.ts";
import {
  expected,
  type Outcome,
  observe,
  type Participant,
  participant,
  podTargets,
  serviceTargets,
  type Target,
} from "./flows.ts";
import { eventually } from "./site.ts";

/** Pods of other namespaces: one that no policy speaks of, and one that may send nothing, to see whether that is enforced. */
const neighbours = ["elsewhere", "sealed"] as const;
const namespaces = neighbours.map((name) => ({ name: `e2e-${name}`, sealed: name === "sealed" }));

/** What is neither a pod nor leads to one. */
export const beyond = [
  "the API server, by its Service",
  "the API server, by its own address",
  "the kubelet",
  "the metadata service of a cloud",
  "the internet",
  "name servers outside",
] as const;

export interface Neighbourhood {
  readonly policies: readonly Policy[];
  /** Pods from which flows start. */
  readonly sources: readonly Participant[];
  /** Pods and Services. */
  readonly inside: readonly Target[];
  /** The site's node port, by the node's address. */
  readonly nodePort: Target;
  readonly outside: Readonly<Record<(typeof beyond)[number], Target>>;
}

/** Starts what is missing and waits until the policies are in force for it. */
export async function gather(objects: readonly KubernetesObject[]): Promise<Neighbourhood> {
  removeNeighbours();
  const parts = workloads(objects);
  const { sources, destinations } = await assemble(parts);
  const services = siteServices(parts[0]?.namespace ?? "");
  const node = nodeAddress();
  const neighbourhood = {
    policies: [...policiesOf(objects), ...namespaces.filter(({ sealed }) => sealed).map(policyOf)],
    sources,
    inside: [...podTargets(destinations), ...services.flatMap((service) => serviceTargets(service, destinations))],
    nodePort: nodePortTarget(services, destinations, node),
    outside: targetsBeyond(node),
  };
  await enforced(neighbourhood);
  return neighbourhood;
}

async function assemble(parts: readonly Workload[]) {
  const running = await runningPods(parts);
  const tools = await Promise.all([...running.values()].map(hasPerl));
  const usable = [...running.keys()].filter((_, index) => tools[index]);
  await startFakes(webImage(parts), namespaces, [
    ...parts.filter((part) => !usable.includes(part)).map(fakeFor),
    ...namespaces.map(({ name }) => ({ name, namespace: name, labels: { app: name } })),
  ]);
  const labels = new Map(list("namespaces").map(({ metadata }) => [metadata.name, metadata.labels ?? {}]));
  const take = (name: string, pod: LivePod) => participant(name, pod, labels.get(pod.metadata.namespace) ?? {});
  const real = [...running].map(([part, pod]) => [part, take(componentOf(part), pod)] as const);
  const standing = fakes().map((pod) => take(pod.metadata.name.replace(/^e2e-/, ""), pod));
  // Where there is a real pod, flows lead to that one, even where they start from a fake.
  const known = new Set(real.map(([part]) => componentOf(part)));
  return {
    sources: [...real.flatMap(([part, pod]) => (usable.includes(part) ? [pod] : [])), ...standing],
    destinations: [
      ...real.map(([, pod]) => pod),
      ...standing.filter(({ name }) => !known.has(name)),
      ...nameServers().map((pod) => take("kube-dns", pod)),
    ],
  };
}

export function removeNeighbours(): void {
  removeFakes(namespaces);
}

export function componentOf({ labels }: Pick<Workload, "labels">): string {
  return labels["app.kubernetes.io/component"] ?? "";
}

/** One ready pod of each workload that keeps pods running. */
async function runningPods(parts: readonly Workload[]): Promise<ReadonlyMap<Workload, LivePod>> {
  const lasting = parts.filter(({ object }) => !/Job$/.test(object.kind));
  const found = await eventually(
    async () => {
      const ready = list<LivePod>("pods", parts[0]?.namespace ?? "").filter(isReady);
      return lasting.flatMap((part) => {
        const pod = ready.find((each) => isPodOf(part, each));
        return pod === undefined ? [] : [[part, pod] as const];
      });
    },
    (entries) => entries.length === lasting.length,
    120,
  );
  return new Map(found);
}

function isPodOf(part: Workload, { metadata }: LivePod): boolean {
  const owned = metadata.ownerReferences?.some(({ kind }) => kind === "ReplicaSet" || kind === "StatefulSet") ?? false;
  return owned && metadata.labels?.["app.kubernetes.io/component"] === componentOf(part);
}

async function hasPerl({ metadata: { name, namespace } }: LivePod): Promise<boolean> {
  const check = ["perl", "-MIO::Select", "-e", "1"];
  return (await kubectlAtOnce(["exec", "-n", namespace, name, "--", ...check])).code === 0;
}

function fakeFor(part: Workload): Fake {
  return { name: `e2e-${componentOf(part)}`, namespace: part.namespace, labels: part.labels };
}

function webImage(parts: readonly Workload[]): string {
  return parts.find((part) => componentOf(part) === "web")?.containers[0]?.image ?? "";
}

function policyOf({ name }: { readonly name: string }): Policy {
  return { namespace: name, spec: sealedPolicy(name).spec };
}

function nameServers(): readonly LivePod[] {
  const system = list<LivePod>("pods", "kube-system").filter(isReady);
  return system.filter(({ metadata }) => metadata.labels?.["k8s-app"] === "kube-dns");
}

function siteServices(namespace: string): readonly LiveService[] {
  const dns = list<LiveService>("services", "kube-system").filter(({ metadata }) => metadata.name === "kube-dns");
  return [...list<LiveService>("services", namespace), ...dns];
}

function nodeAddress(): string {
  const [node] = list<LiveNode>("nodes");
  const found = node?.status.addresses.find(({ type }) => type === "InternalIP")?.address;
  if (found === undefined) throw new Error("the node has no InternalIP");
  return found;
}

function nodePortTarget(services: readonly LiveService[], participants: readonly Participant[], node: string): Target {
  const service = services.find(({ spec }) => spec.type === "NodePort");
  const port = service?.spec.ports[0]?.nodePort;
  if (service === undefined || port === undefined) throw new Error("no Service has a node port");
  const [target] = serviceTargets(service, participants);
  if (target === undefined) throw new Error(`the Service ${service.metadata.name} has no port`);
  return { ...target, title: "node port", address: node, port };
}

function targetsBeyond(node: string): Neighbourhood["outside"] {
  const api = list<LiveService>("services", "default").find(({ metadata }) => metadata.name === "kubernetes");
  const [slice] = list<EndpointSlice>("endpointslices", "default");
  const server = slice?.endpoints[0]?.addresses[0] ?? node;
  const serverPort = slice?.ports[0]?.port ?? 6443;
  return {
    "the API server, by its Service": at(api?.spec.clusterIP ?? "", 443, "TCP", server, serverPort),
    "the API server, by its own address": at(server, serverPort),
    "the kubelet": at(node, 10250),
    "the metadata service of a cloud": at("169.254.169.254", 80),
    // Public resolvers: they answer whoever is let out, and are asked for nothing but a connection and a name of the cluster.
    "the internet": at("1.1.1.1", 443),
    "name servers outside": at("1.1.1.1", 53, "UDP"),
  };
}

interface EndpointSlice extends LiveObject {
  readonly endpoints: readonly { readonly addresses: readonly string[] }[];
  readonly ports: readonly { readonly port: number }[];
}

function at(address: string, port: number, protocol: Protocol = "TCP", behind = address, behindPort = port): Target {
  const receiver: Party = { kind: "address", address: behind };
  const title = `${address} ${protocol} ${port}`;
  return { title, address, port, protocol, receiver, receiverPort: behindPort, listens: true };
}

/** New pods get their rules a moment after their address. Waits for one round in which a few flows of each kind are as they must be. */
async function enforced({ policies, sources, inside }: Neighbourhood): Promise<void> {
  const newcomers = new Set(fakes().map(({ status }) => status.podIP));
  await eventually(
    async () => {
      const differing = sources.map(async (source) => {
        const wanted = (target: Target) => expected(policies, source, target);
        const sample = inside.filter(
          (target) =>
            wanted(target) === "answers" || (newcomers.has(target.address) && target.port === 4444 && wanted(target)),
        );
        const seen = await observe(source, sample);
        return sample
          .filter((target) => seen.get(target) !== wanted(target))
          .map(({ title }) => `${source.name} to ${title}`);
      });
      return (await Promise.all(differing)).flat();
    },
    (differing) => differing.length === 0,
    60,
  );
}

export type Observations = ReadonlyMap<string, ReadonlyMap<Target, Outcome>>;

/** Tries every target from every source, once. */
export async function tryAll({ sources, inside, nodePort, outside }: Neighbourhood): Promise<Observations> {
  const targets = [...inside, nodePort, ...Object.values(outside)];
  return new Map(
    await Promise.all(sources.map(async (source) => [source.name, await observe(source, targets)] as const)),
  );
}
