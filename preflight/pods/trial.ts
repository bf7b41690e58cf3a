/** Starts a trial's pods in a namespace of their own, collects what they say, and takes everything away again. */
import { setTimeout as sleep } from "node:timers/promises";
import { print } from "../../toolchain/steps.ts";
import type { Cluster } from "../cluster/api.ts";
import { missing, notKnown, type Row } from "../row.ts";
import { list, record, text } from "../values.ts";
import {
  type Asker,
  askingPod,
  enforcementAskers,
  listener,
  namespaceOf,
  type TrialPlan,
  trialLabel,
  trialPolicies,
} from "./manifests.ts";
import { answerRows, enforcementRow, type PodEnd, startProblem } from "./verdicts.ts";

/** Seconds for a pod to start, which may have to pull a large image first, and to get its answers. */
const patience = 240;

export async function runTrial(cluster: Cluster, plan: TrialPlan, sites: readonly Asker[]): Promise<readonly Row[]> {
  const end = removeOnSignal(cluster, plan.namespace);
  try {
    await remove(cluster, plan.namespace, true);
    const refused =
      (await make(cluster, [namespaceOf(plan)])) ?? (await make(cluster, [...trialPolicies(plan), listener(plan)]));
    if (refused !== undefined) return [refused];
    const [reached] = await ends(cluster, plan.namespace, ["listener"], isRunning);
    if (reached === undefined) {
      const remedy = "run preflight again, with an account that may read pods and their logs";
      return [notKnown("pods for a trial", "the first one is not to be seen", remedy)];
    }
    const problem = startProblem(plan.image, reached);
    if (problem !== undefined) return [problem];
    const [open, sealed] = enforcementAskers(reached.address ?? "");
    const askers = [open, sealed, ...sites];
    const lost = await make(
      cluster,
      askers.map((asker) => askingPod(plan, asker)),
    );
    if (lost !== undefined) return [lost];
    const names = askers.map(({ name }) => name);
    const [first, second, ...others] = await ends(cluster, plan.namespace, names, hasEnded);
    return [
      enforcementRow(first, second),
      ...sites.flatMap((site, index) => answerRows(site, plan.image, others[index])),
    ];
  } finally {
    end();
    await remove(cluster, plan.namespace, false);
  }
}

async function make(cluster: Cluster, objects: readonly object[]): Promise<Row | undefined> {
  const { code, reason } = await cluster.kubectl(["create", "--filename=-"], {
    apiVersion: "v1",
    kind: "List",
    items: objects,
  });
  if (code === 0) return undefined;
  const need = "pods for a trial";
  if (/\(Forbidden\).*cannot create/.test(reason)) {
    return notKnown(need, reason, "ask with an account that may make namespaces and pods");
  }
  return missing(need, reason, "mend what the message names: the site's own pods would be refused as well");
}

/** The pods by these names, in this order, when all are as they have to be or the time is over. */
async function ends(
  cluster: Cluster,
  namespace: string,
  names: readonly string[],
  done: (pod: PodEnd) => boolean,
): Promise<readonly (PodEnd | undefined)[]> {
  const last = performance.now() + patience * 1000;
  for (;;) {
    const { code, stdout, reason } = await cluster.kubectl([
      "get",
      "pods",
      `--namespace=${namespace}`,
      "--output=json",
    ]);
    // Nobody's waiting gives a right; everything else, such as a lost connection, may be over at the next look.
    if (/\(Forbidden\)/.test(reason) && code !== 0) return names.map(() => undefined);
    const found = code === 0 ? list(record(JSON.parse(stdout))["items"]).map(podEnd) : [];
    const wanted = names.map((name) => found.find((pod) => pod.name === name));
    if (wanted.every((pod) => pod !== undefined && (done(pod) || pod.cannotStart)) || performance.now() > last) {
      return await Promise.all(wanted.map((pod) => withLog(cluster, namespace, pod)));
    }
    await sleep(1000);
  }
}

const hopeless = /^(ErrImage|ImagePull|InvalidImage|RegistryUnavailable|CreateContainer|RunContainer)/;

function podEnd(pod: Readonly<Record<string, unknown>>): PodEnd {
  const status = record(pod["status"]);
  const [container] = list(status["containerStatuses"]);
  const waiting = record(record(container?.["state"])["waiting"]);
  const terminated = record(record(container?.["state"])["terminated"]);
  const reason = text(waiting["reason"]);
  const scheduled = list(status["conditions"]).find(({ type }) => type === "PodScheduled");
  return {
    name: String(record(pod["metadata"])["name"]),
    phase: String(status["phase"]),
    address: text(status["podIP"]),
    cannotStart: hopeless.test(reason ?? "") || status["phase"] === "Failed",
    reason:
      [reason, text(waiting["message"]), text(terminated["message"]), text(status["message"])]
        .filter(Boolean)
        .join(": ") || (scheduled?.["status"] === "False" ? text(scheduled["message"]) : undefined),
    log: "",
  };
}

async function withLog(cluster: Cluster, namespace: string, pod: PodEnd | undefined): Promise<PodEnd | undefined> {
  if (pod === undefined || (pod.phase !== "Succeeded" && pod.phase !== "Failed")) return pod;
  const { code, stdout, reason } = await cluster.kubectl(["logs", pod.name, `--namespace=${namespace}`]);
  return code === 0 ? { ...pod, log: stdout } : { ...pod, reason };
}

function isRunning({ phase, address }: PodEnd): boolean {
  return phase === "Running" && address !== undefined;
}

function hasEnded({ phase }: PodEnd): boolean {
  return phase === "Succeeded" || phase === "Failed";
}

/** Only what a trial made: a namespace of somebody else's by this name stays, and nothing is made in it. */
async function remove(cluster: Cluster, namespace: string, wait: boolean): Promise<void> {
  const [[label = "", value = ""] = []] = Object.entries(trialLabel);
  const own = [`--selector=${label}=${value}`, `--field-selector=metadata.name=${namespace}`];
  // One of a run before may still be on its way out.
  const { code, reason } = await cluster.kubectl([
    "delete",
    "namespaces",
    ...own,
    `--wait=${wait}`,
    "--request-timeout=150s",
  ]);
  if (code !== 0) print(`Left behind: ${reason}. What to do: kubectl delete namespace ${namespace}`);
}

/** Ctrl-C takes the namespace away as well; what is returned ends that. */
function removeOnSignal(cluster: Cluster, namespace: string): () => void {
  const stop = () => {
    void remove(cluster, namespace, false).finally(() => process.exit(130));
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
  return () => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, stop);
  };
}
