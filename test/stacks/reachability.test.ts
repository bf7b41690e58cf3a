/**
 * What the declared network policies let through, computed for every pod of every stack. The flows of the dev stack are also tried,
 * one by one, on the running environment (test/e2e/reachability.test.ts); what no local cluster can enforce is held here alone.
 */
import { describe, expect, test } from "vitest";
import { partyOf, policiesOf } from "../support/declared-flows.ts";
import { type Flow, isAllowed, maySend, type Party, type PodParty, selects } from "../support/network-policies.ts";
import { objectsOf, workloads } from "../support/objects.ts";
import { declaredBy } from "../support/program.ts";
import { environments, onOpenShift, stackFiles } from "../support/stacks.ts";

const address = (of: string): Party => ({ kind: "address", address: of });

/** What pods must not reach, on the ports where it would answer, and on those of servers outside. */
const forbidden: Readonly<Record<string, { readonly party: Party; readonly ports: readonly number[] }>> = {
  "the API server's service address": { party: address("10.96.0.1"), ports: [443, 6443] },
  "a node: API server, kubelet, etcd, a node port": { party: address("10.250.0.1"), ports: [6443, 10250, 2379, 30500] },
  "the internet": { party: address("203.0.113.9"), ports: [22, 25, 53, 80, 443, 5432, 6379, 8983] },
  "the metadata service of a cloud": {
    party: address("169.254.169.254"),
    ports: [22, 80, 443, 988, 5353, 5432, 6379, 8080, 8983],
  },
  "the node by the address of its DNS cache": {
    party: address("169.254.20.10"),
    ports: [22, 80, 443, 5353, 6443, 8080, 9253, 10250],
  },
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

/** Where clusters keep their resolvers, and on which port policies see them. */
const resolvers: Readonly<Record<string, { readonly party: Party; readonly port: number }>> = {
  "CoreDNS or kube-dns": { party: inNamespace("kube-system"), port: 53 },
  "OpenShift's DNS": { party: inNamespace("openshift-dns"), port: 5353 },
  "NodeLocal DNSCache": { party: address("169.254.20.10"), port: 53 },
  "Cloud DNS for GKE": { party: address("169.254.169.254"), port: 53 },
};

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

/** Stacks with services at Google, of which their CKAN pods reach files by S3, and databases. */
const atGoogle = ["staging", "prod", "the longest instance name"];

/** Ports of each forbidden destination that pods of a stack reach all the same, each for a reason. */
function openPorts(stack: string, what: string): readonly number[] {
  if (stack === "servers of somebody else" && what !== "the metadata service of a cloud") return outsidePorts;
  if (!atGoogle.includes(stack)) return [];
  return what === "the internet" ? [443] : [];
}

describe.each(known)("%s", (name, { pods, policies }) => {
  test.each(Object.entries(forbidden))("no pod may send to %s", (what, { party, ports }) => {
    const open = pods.flatMap((pod) =>
      ports.filter((port) => maySend(policies, { source: pod.party, destination: party, port, protocol: "TCP" })),
    );
    const reasonable = openPorts(name, what);
    expect([...new Set(open)].sort((a, b) => a - b)).toEqual(ports.filter((port) => reasonable.includes(port)));
  });

  test.each(Object.entries(resolvers))("%s answers exactly the pods that may send anywhere", (_, { party, port }) => {
    const asking = pods.filter((pod) =>
      (["UDP", "TCP"] as const).every((protocol) =>
        maySend(policies, { source: pod.party, destination: party, port, protocol }),
      ),
    );
    const sending = pods.filter(({ party: { namespace, labels } }) =>
      policies.some(
        ({ namespace: own, spec }) =>
          own === namespace && selects(spec.podSelector ?? {}, labels) && (spec.egress ?? []).length > 0,
      ),
    );
    expect(asking).toEqual(sending);
    expect(sending.length).toBeGreaterThan(0);
  });

  test("no pod reaches what gives pods an identity at a cloud: these know web and worker by their keys", () => {
    const metadata = forbidden["the metadata service of a cloud"]?.party as Party;
    const open = pods
      .filter(({ party }) => maySend(policies, tcp(party, metadata, 80)))
      .map(({ party }) => component(party));
    expect(open).toEqual([]);
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

describe.each([
  "prod",
  "uploads on a volume",
  "DataPusher in place of XLoader",
  "databases that an operator runs",
  "as many pods as are needed",
])("%s, with resolvers that the stack file names", (name) => {
  test("lets every policy that knows DNS reach them, on port 53 alone", async () => {
    const [file, stack] = (stackFiles[name] as NonNullable<(typeof stackFiles)[string]>)();
    const cluster = { ...(file["ckan:cluster"] as object), dnsResolvers: ["10.96.0.10", "fd00::/64"] };
    const objects = objectsOf(await declaredBy({ ...file, "ckan:cluster": cluster }, stack));
    const ways = policiesOf(objects)
      .filter(({ spec }) => (spec.egress ?? []).length > 0)
      .map(({ spec }) => (spec.egress ?? []).filter((rule) => JSON.stringify(rule).includes("10.96.0.10")));
    const both = ["UDP", "TCP"].map((protocol) => ({ port: 53, protocol }));
    const known = ["169.254.20.10/32", "169.254.169.254/32", "10.96.0.10/32", "fd00::/64"];
    expect(ways).toEqual(ways.map(() => [{ to: known.map((cidr) => ({ ipBlock: { cidr } })), ports: both }]));
    expect(ways.length).toBeGreaterThan(3);
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
