/** Hard faults on the node of the local cluster. */
import { setTimeout as sleep } from "node:timers/promises";
import { ensureAddons, ensureKubernetes } from "../../../cluster/binaries.ts";
import { nodePrograms } from "../../../cluster/node-programs.ts";
import { runningPid, start } from "../../../cluster/processes.ts";
import { containerdSocket, folders } from "../../../cluster/settings.ts";
import { kubectl, run, succeed } from "../../e2e/support/commands.ts";

const ctr = ["--address", containerdSocket, "--namespace", "k8s.io"];

/** SIGKILL to the first process of the part's pod: nobody gets a word, and all others of the container end with it. */
export function killHard(namespace: string, component: string): void {
  succeed(run("ctr", [...ctr, "task", "kill", "--signal", "SIGKILL", containerOf(namespace, component)]));
}

/** Another name for an image that the node has. */
export function tagImage(image: string, name: string): void {
  succeed(run("ctr", [...ctr, "images", "tag", "--force", image, name]));
}

/** SIGKILL to the kubelet, and five seconds later a new one, as an init system would start it. */
export async function restartKubelet(): Promise<void> {
  const kubelet = nodePrograms(await ensureKubernetes(), await ensureAddons()).find(({ name }) => name === "kubelet");
  const pid = runningPid(folders.run, "kubelet");
  if (kubelet === undefined || pid === undefined) throw new Error("the kubelet does not run");
  process.kill(pid, "SIGKILL");
  await sleep(5000);
  start(kubelet, folders.run, folders.log);
}

interface Pod {
  readonly metadata: { readonly deletionTimestamp?: string };
  readonly status: { readonly containerStatuses?: readonly { readonly containerID?: string }[] };
}

function containerOf(namespace: string, component: string): string {
  const pods = ["get", "pods", "-n", namespace, "-l", `app.kubernetes.io/component=${component}`, "-o", "json"];
  const { items } = JSON.parse(succeed(kubectl(pods))) as { items: readonly Pod[] };
  const [container] = items
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .flatMap(({ status }) => status.containerStatuses?.[0]?.containerID ?? []);
  if (container === undefined) throw new Error(`no pod of ${component} runs`);
  return container.replace("containerd://", "");
}
