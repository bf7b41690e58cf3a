import { describe, expect, test } from "vitest";
import { allow, denyAll, fromAnywhere, fromNamespace, fromPods } from "../../../components/manifests/network.ts";

const pods = { part: "web" };
const both = ["Ingress", "Egress"];
const dns = {
  to: [{ namespaceSelector: {} }],
  ports: [
    { port: 53, protocol: "UDP" },
    { port: 53, protocol: "TCP" },
    { port: 5353, protocol: "UDP" },
    { port: 5353, protocol: "TCP" },
  ],
};

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
      { clientLabels: {}, destination: { kind: "pods", labels: { part: "db" }, port: 5432 } },
      { clientLabels: {}, destination: { kind: "networks", networks: ["10.0.0.0/8", "10.1.0.0/16"], port: 443 } },
    ] as const;
    expect(allow({ pods, to }).egress).toEqual([
      dns,
      { to: [{ podSelector: { matchLabels: { part: "db" } } }], ports: [{ port: 5432, protocol: "TCP" }] },
      {
        to: [{ ipBlock: { cidr: "10.0.0.0/8" } }, { ipBlock: { cidr: "10.1.0.0/16" } }],
        ports: [{ port: 443, protocol: "TCP" }],
      },
    ]);
  });

  test("never sends to the address where clouds hand out a node's credentials, unless that is what it asks for", () => {
    const networks = ["0.0.0.0/0", "169.254.0.0/16", "169.254.169.254/32", "10.0.0.0/8"];
    const [, rule] = allow({
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
