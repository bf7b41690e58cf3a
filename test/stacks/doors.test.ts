/**
 * What the declared network policies let through, computed for every pod of every stack. The flows of the dev stack are also tried,
 * one by one, on the running environment (test/e2e/doors.test.ts); what no local cluster can enforce is held here alone.
 */
import { describe, expect, test } from "vitest";
import { partyOf, policiesOf } from "../support/declared-flows.ts";
import { type Flow, isAllowed, maySend, type Party, type PodParty } from "../support/network-policies.ts";
import { objectsOf, workloads } from "../support/objects.ts";
import { environments, onOpenShift } from "../support/stacks.ts";

const address = (of: string): Party => ({ kind: "address", address: of });

/** What pods must not reach, on the ports where it would answer, and on those of servers outside. */
const forbidden: Readonly<Record<string, { readonly party: Party; readonly ports: readonly number[] }>> = {
  "the API server's service address": { party: address("10.96.0.1"), ports: [443, 6443] },
  "a node: API server, kubelet, etcd, a node port": { party: address("10.250.0.1"), ports: [6443, 10250, 2379, 30500] },
  "the internet": { party: address("203.0.113.9"), ports: [22, 25, 53, 80, 443, 5432, 6379, 8983] },
  "the metadata service of a cloud": { party: address("169.254.169.254"), ports: [80, 443, 5432, 6379, 8983] },
};

/** A stack whose servers are somewhere outside, without saying where, opens the ports of those servers to every address. */
const outsidePorts = [443, 5432, 6379, 8983];

const inNamespace = (namespace: string): PodParty => ({
  kind: "pod",
  namespace,
  namespaceLabels: { "kubernetes.io/metadata.name": namespace },
  labels: {},
});
const stranger = inNamespace("elsewhere");
/** Where KEDA runs, by the environments that scale workers by it. */
const kedaNamespaces: Readonly<Record<string, string>> = {
  staging: "keda",
  prod: "keda",
  "the longest instance name": "keda",
  "as many pods as are needed": "keda",
  [onOpenShift]: "openshift-keda",
};
const ports = [22, 53, 80, 443, 5000, 5353, 5432, 6379, 8080, 8983, 9000];

const known: (readonly [string, Declared])[] = [];
for (const [name, declare] of Object.entries(environments)) {
  const objects = objectsOf(await declare());
  const pods = workloads(objects).map((workload) => ({ name: workload.address, party: partyOf(workload, objects) }));
  known.push([name, { pods, policies: policiesOf(objects) }]);
}

/** Stacks with services at Google, and what of it their CKAN pods reach: files by S3, databases; web and worker their identity. */
const atGoogle = ["staging", "prod", "the longest instance name"];

/** Ports of each forbidden destination that pods of a stack reach all the same, each for a reason. */
function openPorts(stack: string, what: string): readonly number[] {
  if (stack === "servers of somebody else" && what !== "the metadata service of a cloud") return outsidePorts;
  if (!atGoogle.includes(stack)) return [];
  return what === "the internet" ? [443] : what === "the metadata service of a cloud" ? [80] : [];
}

describe.each(known)("%s", (name, { pods, policies }) => {
  test.each(Object.entries(forbidden))("no pod may send to %s", (what, { party, ports }) => {
    const open = pods.flatMap((pod) =>
      ports.filter((port) => maySend(policies, { source: pod.party, destination: party, port, protocol: "TCP" })),
    );
    const reasonable = openPorts(name, what);
    expect([...new Set(open)].sort((a, b) => a - b)).toEqual(ports.filter((port) => reasonable.includes(port)));
  });

  test("web and worker alone reach what gives pods an identity at a cloud, where they have one", () => {
    const metadata = forbidden["the metadata service of a cloud"]?.party as Party;
    const open = pods
      .filter(({ party }) => maySend(policies, tcp(party, metadata, 80)))
      .map(({ party }) => component(party));
    expect([...new Set(open)].sort()).toEqual(atGoogle.includes(name) ? ["web", "worker"] : []);
  });

  test("pods of other namespaces reach web pods on port 5000, and nothing else", () => {
    const open = pods.flatMap(({ name, party }) =>
      ports
        .filter((port) => isAllowed(policies, tcp(stranger, party, port)))
        .map((port) => `${component(party)} ${port} of ${name}`),
    );
    const web = pods.filter(({ party }) => component(party) === "web");
    expect(open).toEqual(web.map(({ name }) => `web 5000 of ${name}`));
    expect(web.length).toBeGreaterThan(0);
  });

  test("KEDA reaches the queue alone, and only where it scales workers", () => {
    const namespace = kedaNamespaces[name];
    const keda = inNamespace(namespace ?? "keda");
    const open = pods.flatMap(({ party }) =>
      ports
        .filter((port) => isAllowed(policies, tcp(keda, party, port)))
        .filter((port) => !isAllowed(policies, tcp(stranger, party, port)))
        .map((port) => `${component(party)} ${port}`),
    );
    expect(open).toEqual(namespace === undefined ? [] : ["queue 6379"]);
  });

  test("pods reach other namespaces for DNS only, servers not even for that", () => {
    const open = pods.map(({ party }) => [
      component(party),
      ports.filter((port) => isAllowed(policies, tcp(party, stranger, port))),
    ]);
    const isClient = (name: string) => /^(?:bootstrap|datapusher|files-setup|recovery|web|worker(?:-\w+)?)$/.test(name);
    expect(open).toEqual(pods.map(({ party }) => [component(party), isClient(component(party)) ? [53, 5353] : []]));
  });

  test("pods of one instance reach no pod of another", () => {
    const others = pods.flatMap((from) =>
      pods.filter((to) => to.party.namespace !== from.party.namespace).map((to) => ({ from, to })),
    );
    const open = others.flatMap(({ from, to }) =>
      ports.filter((port) => isAllowed(policies, tcp(from.party, to.party, port))),
    );
    expect(open).toEqual([]);
    expect(others.length > 0).toBe(name === "two instances");
  });
});

interface Declared {
  readonly pods: readonly { readonly name: string; readonly party: PodParty }[];
  readonly policies: ReturnType<typeof policiesOf>;
}

function tcp(source: Party, destination: Party, port: number): Flow {
  return { source, destination, port, protocol: "TCP" };
}

function component({ labels }: PodParty): string {
  return labels["app.kubernetes.io/component"] ?? "";
}
