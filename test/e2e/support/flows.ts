/** Flows on the running environment: where they can start and lead to, what the policies say of them, what becomes of them. */
import { readFileSync } from "node:fs";
import { isAllowed, type Party, type PodParty, type Policy, type Protocol } from "../../support/network-policies.ts";
import type { LivePod, LiveService } from "./cluster.ts";
import { kubectlAtOnce, succeed } from "./commands.ts";

/** What a container sees of a flow. `closed`: it arrived where nothing listens. `lost`: no answer, or one that says forbidden. */
export type Outcome = "answers" | "closed" | "lost";

/** A pod that is there. */
export interface Participant {
  /** Its part of the site, or what the test calls it. */
  readonly name: string;
  readonly pod: string;
  readonly party: PodParty & { readonly address: string };
  /** What its containers declare to listen on. */
  readonly listens: readonly { readonly port: number; readonly protocol: Protocol; readonly name?: string }[];
}

/** One address and port that sources try. */
export interface Target {
  readonly title: string;
  readonly address: string;
  readonly port: number;
  readonly protocol: Protocol;
  /** Who gets it in the end, behind a Service's address. */
  readonly receiver: Party;
  readonly receiverPort: number;
  readonly listens: boolean;
}

/** Ports that no part of the site has: of DNS, which policies name, and one that none names. */
const otherPorts = [53, 5353, 4444];

/** Seconds without an answer after which a flow counts as lost; the kernel has tried a second time by then. */
const patience = 3;

const probe = readFileSync(new URL("probe.pl", import.meta.url), "utf8");

export function participant(name: string, pod: LivePod, namespaceLabels: PodParty["namespaceLabels"]): Participant {
  const { metadata, spec, status } = pod;
  const ports = spec.containers.flatMap(({ ports = [] }) => ports);
  return {
    name,
    pod: metadata.name,
    party: {
      kind: "pod",
      namespace: metadata.namespace,
      namespaceLabels,
      labels: metadata.labels ?? {},
      address: status.podIP ?? "",
      ports: ports.map(({ name = "", containerPort, protocol }) => ({ name, containerPort, protocol })),
    },
    listens: ports.map(({ name, containerPort, protocol }) => ({
      ...(name !== undefined && { name }),
      port: containerPort,
      protocol: protocol as Protocol,
    })),
  };
}

/** Every port that somebody listens on, at every pod: by TCP, and those of DNS and the pod's own by UDP as well. */
export function podTargets(participants: readonly Participant[]): readonly Target[] {
  const listening = participants.flatMap(({ listens }) => listens.map(({ port }) => port));
  const tcp = [...new Set([...listening, ...otherPorts])].sort((a, b) => a - b);
  return participants.flatMap((participant) => {
    const udp = [...new Set([53, 5353, ...participant.listens.map(({ port }) => port)])];
    const target = (protocol: Protocol) => (port: number) => podTarget(participant, port, protocol);
    return [...tcp.map(target("TCP")), ...udp.map(target("UDP"))];
  });
}

function podTarget({ name, party, listens }: Participant, port: number, protocol: Protocol): Target {
  return {
    title: `${name} ${protocol} ${port}`,
    address: party.address,
    port,
    protocol,
    receiver: party,
    receiverPort: port,
    listens: listens.some((own) => own.port === port && own.protocol === protocol),
  };
}

/** Every port of a Service by its own address, which leads to the pods that it selects. */
export function serviceTargets({ metadata, spec }: LiveService, participants: readonly Participant[]): Target[] {
  const receiver = participants.find(
    ({ party }) =>
      party.namespace === metadata.namespace &&
      Object.entries(spec.selector ?? {}).every(([key, value]) => party.labels[key] === value),
  );
  if (receiver === undefined) throw new Error(`the Service ${metadata.name} leads to no pod that takes part`);
  return spec.ports.map(({ port, targetPort, protocol }) => {
    const named = receiver.listens.find(({ name }) => name === targetPort)?.port;
    return {
      ...podTarget(receiver, named ?? Number(targetPort), protocol as Protocol),
      title: `Service ${metadata.name} ${protocol} ${port}`,
      address: spec.clusterIP,
      port,
    };
  });
}

/** What must become of a flow. Undefined for a pod's way to itself, which Kubernetes lets nobody forbid. */
export function expected(policies: readonly Policy[], source: Participant, target: Target): Outcome | undefined {
  if (target.receiver.address === source.party.address) return undefined;
  const flow = {
    source: source.party,
    destination: target.receiver,
    port: target.receiverPort,
    protocol: target.protocol,
  };
  if (!isAllowed(policies, flow)) return "lost";
  return target.listens ? "answers" : "closed";
}

/** Tries all targets from inside the pod. */
export async function observe(source: Participant, targets: readonly Target[]): Promise<ReadonlyMap<Target, Outcome>> {
  const lines = targets.map(line);
  const command = ["perl", "-e", probe, String(patience)];
  const printed = succeed(
    await kubectlAtOnce(
      ["exec", "-i", "-n", source.party.namespace, source.pod, "--", ...command],
      `${lines.join("\n")}\n`,
    ),
  ).split("\n");
  if (!printed.includes("done")) throw new Error(`the probe in ${source.pod} did not end: ${printed.join("\n")}`);
  const outcome = (target: Target): Outcome => {
    if (printed.includes(`${line(target)} answers`)) return "answers";
    return printed.includes(`${line(target)} closed`) ? "closed" : "lost";
  };
  return new Map(targets.map((target) => [target, outcome(target)]));
}

function line({ protocol, address, port }: Target): string {
  return `${protocol.toLowerCase()} ${address} ${port}`;
}
