import { describe, expect, test } from "vitest";
import { allow, denyAll, fromAnywhere, fromNamespace, fromPods } from "../../../components/kubernetes/network.ts";

const pods = { part: "web" };
const both = ["Ingress", "Egress"];
const port53 = [
  { port: 53, protocol: "UDP" },
  { port: 53, protocol: "TCP" },
];
const dnsPods = {
  to: [{ namespaceSelector: {} }],
  ports: [...port53, { port: 5353, protocol: "UDP" }, { port: 5353, protocol: "TCP" }],
};
const dnsAddresses = (...more: readonly string[]) => ({
  to: ["169.254.20.10/32", "169.254.169.254/32", ...more].map((cidr) => ({ ipBlock: { cidr } })),
  ports: port53,
});
const database = { clientLabels: {}, destination: { kind: "pods", labels: { part: "db" }, port: 5432 } } as const;

test("by default nothing flows, for every pod", () => {
  expect(denyAll).toEqual({ podSelector: {}, policyTypes: both });
});

describe("a part", () => {
  test("that says nothing neither sends nor receives, not even DNS", () => {
    expect(allow({ pods })).toEqual({ podSelector: { matchLabels: pods }, policyTypes: both, ingress: [], egress: [] });
  });

  test("receives from pods with a label, on one port", () => {
    expect(allow({ pods, from: [fromPods({ "web-client": "true" }, 80)] }).ingress).toEqual([
      { from: [{ podSelector: { matchLabels: { "web-client": "true" } } }], ports: [{ port: 80, protocol: "TCP" }] },
    ]);
  });

  test("receives from a namespace by the label that every one has, on one port", () => {
    expect(allow({ pods, from: [fromNamespace("keda", 80)] }).ingress).toEqual([
      {
        from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "keda" } } }],
        ports: [{ port: 80, protocol: "TCP" }],
      },
    ]);
  });

  test("receives from anywhere, on one port", () => {
    expect(allow({ pods, from: [fromAnywhere(80)] }).ingress).toEqual([{ ports: [{ port: 80, protocol: "TCP" }] }]);
  });

  test("sends to pods and to networks, and then to DNS too", () => {
    const to = [
      database,
      { clientLabels: {}, destination: { kind: "networks", networks: ["10.0.0.0/8", "10.1.0.0/16"], port: 443 } },
    ] as const;
    expect(allow({ pods, to }).egress).toEqual([
      dnsPods,
      dnsAddresses(),
      { to: [{ podSelector: { matchLabels: { part: "db" } } }], ports: [{ port: 5432, protocol: "TCP" }] },
      {
        to: [{ ipBlock: { cidr: "10.0.0.0/8" } }, { ipBlock: { cidr: "10.1.0.0/16" } }],
        ports: [{ port: 443, protocol: "TCP" }],
      },
    ]);
  });

  test("asks the resolvers that it is told of too, each once, on port 53 alone", () => {
    const resolvers = ["10.96.0.10", "fd00::a", "10.8.0.0/24", "fd00:1::/64", "169.254.20.10"];
    const { egress } = allow({ pods, to: [database], resolvers });
    expect(egress).toMatchObject([
      dnsPods,
      dnsAddresses("10.96.0.10/32", "fd00::a/128", "10.8.0.0/24", "fd00:1::/64"),
      {},
    ]);
    expect(allow({ pods, resolvers }).egress).toEqual([]);
  });

  test("never sends to the address where clouds hand out a node's credentials, unless that is what it asks for", () => {
    const networks = ["0.0.0.0/0", "169.254.0.0/16", "169.254.169.254/32", "10.0.0.0/8"];
    const [, , rule] = allow({
      pods,
      to: [{ clientLabels: {}, destination: { kind: "networks", networks, port: 80 } }],
    }).egress as { to: unknown }[];
    expect(rule?.to).toEqual([
      { ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.169.254/32"] } },
      { ipBlock: { cidr: "169.254.0.0/16", except: ["169.254.169.254/32"] } },
      { ipBlock: { cidr: "169.254.169.254/32" } },
      { ipBlock: { cidr: "10.0.0.0/8" } },
    ]);
  });
});
