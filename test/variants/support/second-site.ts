/** A second site beside the dev environment's, with a private file in it. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { kubectl, type Result, succeed } from "../../e2e/support/commands.ts";
import { Client, logIn, siteOutput } from "../../e2e/support/site.ts";
import { upload } from "../../faults/support/site-data.ts";
import { up } from "../../faults/support/stack.ts";

export interface SecondSite {
  readonly admin: Client;
  readonly file: { readonly id: string; readonly url: string };
  readonly stop: () => void;
}

/** Brings it up by `declare`, and puts `csv` into it as register.csv. */
export async function startSecondSite(
  name: string,
  nodePort: number,
  declare: () => Result,
  csv: string,
): Promise<SecondSite> {
  // What the stack's protection leaves, of this run or of one that was killed.
  const removeKept = () => succeed(kubectl(["delete", "namespace", `${name}-dev`, "--ignore-not-found"]));
  removeKept();
  const forwarder = forward(nodePort);
  const stop = () => {
    succeed(up());
    removeKept();
    forwarder.kill();
  };
  try {
    succeed(declare());
    const { url, adminName, adminPassword } = siteOutput(name);
    const admin = new Client(url, await logIn(url, adminName, adminPassword));
    await admin.call("organization_create", { name });
    await admin.call("package_create", { name, owner_org: name, private: true });
    return { admin, file: await upload(admin, "register.csv", csv, name), stop };
  } catch (error) {
    stop();
    throw error;
  }
}

export function nodeAddress(): string {
  const path = "jsonpath={.items[0].status.addresses[?(@.type=='InternalIP')].address}";
  return succeed(kubectl(["get", "nodes", "-o", path]));
}

/** The node port as localhost, which `npm start` does for the stack file's own sites alone. */
function forward(port: number) {
  const program = fileURLToPath(new URL("../../../cluster/forward.ts", import.meta.url));
  return spawn(process.execPath, [program, nodeAddress(), String(port)], { stdio: "inherit" });
}
