import { describe, expect, test } from "vitest";
import {
  type Flow,
  isAllowed,
  mayReceive,
  maySend,
  type Party,
  type PodParty,
  type Policy,
  type PolicyPeer,
  type PolicyPort,
} from "./network-policies.ts";

const pod = (app: string, more: Partial<PodParty> = {}): PodParty => ({
  kind: "pod",
  namespace: "here",
  namespaceLabels: { team: "data" },
  labels: { app },
  ...more,
});
const web = pod("web");
const database = pod("database", { address: "10.0.0.7" });
const stranger = pod("web", { namespace: "elsewhere", namespaceLabels: { team: "other" } });
const outside: Party = { kind: "address", address: "203.0.113.9" };

const flow = (source: Party, destination: Party, more: Partial<Flow> = {}): Flow => ({
  source,
  destination,
  port: 5432,
  protocol: "TCP",
  ...more,
});
const denyAll: Policy = { namespace: "here", spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] } };
const intoDatabase = (from?: readonly PolicyPeer[], ports?: readonly PolicyPort[]): Policy => ({
  namespace: "here",
  spec: {
    podSelector: { matchLabels: { app: "database" } },
    policyTypes: ["Ingress"],
    ingress: [{ ...(from && { from }), ...(ports && { ports }) }],
  },
});

describe("Without a policy", () => {
  test("everything flows", () => {
    expect(isAllowed([], flow(stranger, database))).toBe(true);
    expect(isAllowed([], flow(web, outside))).toBe(true);
  });
});

describe("A policy that only selects", () => {
  test("forbids what goes in and out of its namespace, and nothing else", () => {
    expect(isAllowed([denyAll], flow(web, outside))).toBe(false);
    expect(isAllowed([denyAll], flow(outside, web))).toBe(false);
    expect(isAllowed([denyAll], flow(stranger, outside))).toBe(true);
  });

  test("forbids only the directions that it names, ingress if it names none", () => {
    const ingress: Policy = { namespace: "here", spec: { podSelector: {} } };
    expect([maySend([ingress], flow(web, outside)), mayReceive([ingress], flow(outside, web))]).toEqual([true, false]);
    const egress: Policy = { namespace: "here", spec: { podSelector: {}, egress: [] } };
    expect([maySend([egress], flow(web, outside)), mayReceive([egress], flow(outside, web))]).toEqual([false, false]);
    const only: Policy = { namespace: "here", spec: { podSelector: {}, policyTypes: ["Egress"] } };
    expect([maySend([only], flow(web, outside)), mayReceive([only], flow(outside, web))]).toEqual([false, true]);
  });

  test("speaks for no pod that it does not select", () => {
    const some: Policy = { namespace: "here", spec: { podSelector: { matchLabels: { app: "database" } } } };
    expect([mayReceive([some], flow(outside, database)), mayReceive([some], flow(outside, web))]).toEqual([
      false,
      true,
    ]);
  });
});

describe("Two policies over one pod", () => {
  test("allow together what either allows", () => {
    const policies = [denyAll, intoDatabase([{ podSelector: { matchLabels: { app: "web" } } }])];
    expect(mayReceive(policies, flow(web, database))).toBe(true);
    expect(mayReceive(policies, flow(pod("worker"), database))).toBe(false);
  });
});

describe("A flow", () => {
  test("needs the word of both ends", () => {
    const receiving = [denyAll, intoDatabase()];
    expect(isAllowed(receiving, flow(web, database))).toBe(false);
    const sending: Policy = {
      namespace: "here",
      spec: {
        podSelector: { matchLabels: { app: "web" } },
        policyTypes: ["Egress"],
        egress: [{ to: [{ podSelector: { matchLabels: { app: "database" } } }] }],
      },
    };
    expect(isAllowed([denyAll, sending], flow(web, database))).toBe(false);
    expect(isAllowed([...receiving, sending], flow(web, database))).toBe(true);
  });
});

describe("Peers", () => {
  const receives = (from: readonly PolicyPeer[], source: Party) =>
    mayReceive([intoDatabase(from)], flow(source, database));

  test("an empty list means everybody", () => {
    expect([receives([], outside), receives([], stranger)]).toEqual([true, true]);
  });

  test("a pod selector alone means this namespace", () => {
    const peers = [{ podSelector: {} }];
    expect([receives(peers, web), receives(peers, stranger), receives(peers, outside)]).toEqual([true, false, false]);
  });

  test("a namespace selector means all pods of those namespaces, and no address", () => {
    expect([web, stranger, outside].map((source) => receives([{ namespaceSelector: {} }], source))).toEqual([
      true,
      true,
      false,
    ]);
    const other = [{ namespaceSelector: { matchLabels: { team: "other" } } }];
    expect([receives(other, web), receives(other, stranger)]).toEqual([false, true]);
  });

  test("both selectors in one peer must fit, in two peers either may", () => {
    const namespaceSelector = { matchLabels: { team: "other" } };
    const podSelector = { matchLabels: { app: "worker" } };
    expect(receives([{ namespaceSelector, podSelector }], stranger)).toBe(false);
    expect(receives([{ namespaceSelector }, { podSelector }], stranger)).toBe(true);
  });

  test.each([
    ["0.0.0.0/0", [], true],
    ["203.0.113.0/24", [], true],
    ["203.0.112.0/24", [], false],
    ["0.0.0.0/0", ["203.0.113.9/32"], false],
    ["::/0", [], false],
  ])("a block %s except %j contains 203.0.113.9: %s", (cidr, except, expected) => {
    expect(receives([{ ipBlock: { cidr, except } }], outside)).toBe(expected);
  });

  test("a block contains a pod by its address, where that is known", () => {
    const peers = [{ ipBlock: { cidr: "10.0.0.0/8" } }];
    expect([receives(peers, pod("web", { address: "10.1.2.3" })), receives(peers, web)]).toEqual([true, false]);
  });
});

describe("Ports", () => {
  const receives = (ports: readonly PolicyPort[], more: Partial<Flow> = {}) =>
    mayReceive([intoDatabase(undefined, ports)], flow(web, database, more));

  test.each<[string, PolicyPort, boolean]>([
    ["the same number", { port: 5432 }, true],
    ["another number", { port: 5433 }, false],
    ["the same number by another protocol", { port: 5432, protocol: "UDP" }, false],
    ["no number", { protocol: "TCP" }, true],
    ["a range that holds it", { port: 5000, endPort: 6000 }, true],
    ["a range that ends before", { port: 5000, endPort: 5431 }, false],
  ])("%s", (_, port, expected) => {
    expect(receives([port])).toBe(expected);
  });

  test("an empty list means every port", () => {
    expect(receives([], { port: 1, protocol: "UDP" })).toBe(true);
  });

  test("a name is looked up in the receiving pod", () => {
    const named = pod("database", { ports: [{ name: "main", containerPort: 5432 }] });
    expect(receives([{ port: "main" }], { destination: named })).toBe(true);
    expect(receives([{ port: "main" }], { destination: named, port: 5433 })).toBe(false);
    expect(receives([{ port: "main" }])).toBe(false);
  });
});

describe("Selectors", () => {
  test.each([
    ["In", ["web"], [true, false]],
    ["NotIn", ["web"], [false, true]],
    ["Exists", [], [true, true]],
    ["DoesNotExist", [], [false, false]],
  ] as const)("%s %j", (operator, values, expected) => {
    const peers = [{ podSelector: { matchExpressions: [{ key: "app", operator, values }] } }];
    const receives = (source: Party) => mayReceive([intoDatabase(peers)], flow(source, database));
    expect([receives(web), receives(pod("worker"))]).toEqual(expected);
  });

  test("a pod without the label is in no set and outside of every set", () => {
    const bare = pod("", { labels: {} });
    const by = (operator: "In" | "NotIn") =>
      mayReceive(
        [intoDatabase([{ podSelector: { matchExpressions: [{ key: "app", operator, values: ["web"] }] } }])],
        flow(bare, database),
      );
    expect([by("In"), by("NotIn")]).toEqual([false, true]);
  });
});
