/** The site's node port as localhost, which `npm start` does for the stack file's own sites alone. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { kubectl, succeed } from "../../e2e/support/commands.ts";

export interface Forwarder {
  readonly stop: () => void;
}

export function forwardNodePort(port: number): Forwarder {
  const program = fileURLToPath(new URL("../../../toolchain/cluster/forward.ts", import.meta.url));
  const child = spawn(process.execPath, [program, nodeAddress(), String(port)], { stdio: "inherit" });
  return { stop: () => child.kill() };
}

export function nodeAddress(): string {
  const path = "jsonpath={.items[0].status.addresses[?(@.type=='InternalIP')].address}";
  return succeed(kubectl(["get", "nodes", "-o", path]));
}
