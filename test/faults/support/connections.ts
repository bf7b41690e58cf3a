/** Which pods somebody has been connected to for a while. */
import { kubectl, succeed } from "../../e2e/support/commands.ts";

/** Prints the kernel's table of connections twice, with some seconds between: probes and pages have ended then. */
const program = `
import time
print(open("/proc/net/tcp").read())
time.sleep(3)
print("later")
print(open("/proc/net/tcp").read())
`;

/** Those of the pods that have a connection from outside which lasts. */
export function carriers(namespace: string, pods: readonly string[]): readonly string[] {
  return pods.filter((pod) => {
    const command = ["exec", "-n", namespace, pod, "-c", "web", "--", "python3", "-c", program];
    const [before = "", later = ""] = succeed(kubectl(command)).split("later\n");
    const lasting = new Set(incoming(before));
    return incoming(later).some((connection) => lasting.has(connection));
  });
}

/** `<own address> <other address>` of what is established at the port of web, in the kernel's spelling. */
function incoming(table: string): readonly string[] {
  const port = 5000;
  const ending = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const established = "01";
  return table
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, own = "", , state]) => own.endsWith(ending) && state === established)
    .map(([, own, other]) => `${own} ${other}`);
}
