/** What the embedded node needs from this machine's kernel: an address, a few rules and settings. A stop reverts all of it. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run, tryRun } from "../toolchain/process.ts";
import { folders, node } from "./settings.ts";

const table = "ckan_node";
/** nftables tables of the node's programs, deleted together with them. */
const otherTables = ["ip ckan_network_policy", "ip kube-proxy", "ip6 kube-proxy"];

/** Settings that Kubernetes needs or that the kubelet changes itself. */
const kernelSettings: Readonly<Record<string, string | undefined>> = {
  "net/ipv4/ip_forward": "1",
  // Traffic between two pods crosses a bridge, where it would otherwise bypass Services and network policies.
  "net/bridge/bridge-nf-call-iptables": "1",
  "vm/overcommit_memory": undefined,
  "vm/panic_on_oom": undefined,
  "kernel/panic": undefined,
  "kernel/panic_on_oops": undefined,
};

const savedSettings = join(folders.run, "kernel-settings.json");

/** Configures the node's address, routes and rules. */
export async function bringUpNetwork(): Promise<void> {
  await tryRun("modprobe", ["-a", "br_netfilter", "overlay", "nf_tables"]); // absent where they are built in
  saveAndApplySettings();
  // A bridge without ports instead of a dummy device: pods need bridges anyway, and some kernels have no dummy device.
  await run("ip", ["link", "add", node.bridge, "type", "bridge"]);
  await run("ip", ["address", "add", `${node.address}/32`, "dev", node.bridge]);
  await run("ip", ["link", "set", node.bridge, "up"]);
  // The pods' bridge has the better route. This one rejects traffic to deleted pods before it leaves the machine.
  await run("ip", ["route", "replace", "unreachable", node.podSubnet, "metric", "4000"]);
  await run("nft", ["-f", "-"], { input: ruleset() });
}

/** Reverts what `bringUpNetwork` and the node's programs changed. Does nothing when there is nothing to revert. */
export async function takeDownNetwork(): Promise<void> {
  for (const name of [`ip ${table}`, ...otherTables]) await tryRun("nft", ["delete", "table", ...name.split(" ")]);
  for (const bridge of [node.bridge, node.podBridge]) {
    if (existsSync(`/sys/class/net/${bridge}`)) await tryRun("ip", ["link", "delete", bridge]);
  }
  await tryRun("ip", ["route", "delete", "unreachable", node.podSubnet]);
  restoreSettings();
}

function ruleset(): string {
  // An untranslated service address must not leave the machine: a gateway that accepts every connection would make a Service without pods
  // look alive.
  const reject = `ip daddr ${node.serviceSubnet} meta l4proto tcp reject with tcp reset
    ip daddr ${node.serviceSubnet} reject`;
  return `table ip ${table}
delete table ip ${table}
table ip ${table} {
  chain postrouting {
    type nat hook postrouting priority 110;
    ip saddr ${node.podSubnet} ip daddr != ${node.podSubnet} masquerade
  }
  chain output {
    type filter hook output priority 20;
    ${reject}
  }
  chain forward {
    type filter hook forward priority 20;
    ${reject}
  }
}
`;
}

function saveAndApplySettings(): void {
  const before = Object.keys(kernelSettings).map((name) => [name, readSetting(name)]);
  mkdirSync(folders.run, { recursive: true });
  // A killed run left the original values in the file; the current values are ours.
  if (!existsSync(savedSettings)) writeFileSync(savedSettings, JSON.stringify(Object.fromEntries(before)));
  for (const [name, value] of Object.entries(kernelSettings)) writeSetting(name, value);
}

function restoreSettings(): void {
  if (!existsSync(savedSettings)) return;
  const saved = JSON.parse(readFileSync(savedSettings, "utf8")) as Record<string, string | undefined>;
  for (const [name, value] of Object.entries(saved)) writeSetting(name, value);
  rmSync(savedSettings);
}

function readSetting(name: string): string | undefined {
  const path = join("/proc/sys", name);
  return existsSync(path) ? readFileSync(path, "utf8").trim() : undefined;
}

function writeSetting(name: string, value: string | undefined): void {
  if (value === undefined || readSetting(name) === value || !existsSync(join("/proc/sys", name))) return;
  writeFileSync(join("/proc/sys", name), value);
}
