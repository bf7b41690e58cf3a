/** Polls the pods of a trial until they reach the expected state. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "../cluster/api.ts";
import { list, parsedRecord, record, text } from "../values.ts";

export interface PodEnd {
  readonly name: string;
  readonly phase: string;
  readonly address: string | undefined;
  /** Waiting longer does not help. */
  readonly cannotStart: boolean;
  /** Why it has not started or not ended, in Kubernetes' words, or its last output. */
  readonly reason: string | undefined;
  readonly log: string;
  readonly pulls: readonly Pull[];
}

/** Result of a container's image pull; no `end` while the node is still pulling. */
export interface Pull {
  readonly container: string;
  readonly end: "pulled" | "failed" | undefined;
  readonly reason: string | undefined;
}

export interface Looked {
  /** In the order of the requested names. */
  readonly pods: readonly (PodEnd | undefined)[];
  /** Why the last poll failed. */
  readonly trouble: string | undefined;
}

/** Seconds for a pod to start, including the pull of a large image, and to finish its checks. */
const usualPatience = 240;

export async function look(
  cluster: Cluster,
  namespace: string,
  names: readonly string[],
  done: (pod: PodEnd) => boolean,
  patience: number = usualPatience,
): Promise<Looked> {
  const last = performance.now() + patience * 1000;
  const args = ["get", "pods", `--namespace=${namespace}`, "--output=json"];
  for (;;) {
    const { code, stdout, reason } = await cluster.kubectl(args);
    // Waiting does not grant a permission. Any other error, such as a lost connection, may be gone at the next poll.
    if (code !== 0 && /\(Forbidden\)/.test(reason)) return { pods: names.map(() => undefined), trouble: reason };
    const body = code === 0 ? parsedRecord(stdout) : undefined;
    const found = list(body?.["items"]).map(podEnd);
    const wanted = names.map((name) => found.find((pod) => pod.name === name));
    const isLate = performance.now() > last;
    if (isLate || wanted.every((pod) => pod !== undefined && (done(pod) || pod.cannotStart))) {
      const pods = await Promise.all(wanted.map((pod) => withLog(cluster, namespace, pod, isLate)));
      const unread = body === undefined ? `kubectl get pods gave no list: ${stdout}` : undefined;
      return { pods, trouble: code === 0 ? unread : reason };
    }
    await sleep(1000);
  }
}

export function isRunning({ phase, address }: PodEnd): boolean {
  return phase === "Running" && address !== undefined;
}

export function hasEnded({ phase }: PodEnd): boolean {
  return phase === "Succeeded" || phase === "Failed";
}

const failedPull = /^(ErrImage|ImagePull|ImageInspect|InvalidImage|RegistryUnavailable)/;
/** Permanent errors after the pull. */
const failedStart = /^(CreateContainer|RunContainer)/;

function podEnd(pod: Readonly<Record<string, unknown>>): PodEnd {
  const status = record(pod["status"]);
  const containers = list(status["containerStatuses"]);
  const states = containers.map(({ state }) => record(state));
  const [state = {}] = states;
  const waiting = record(state["waiting"]);
  const reason = text(waiting["reason"]);
  const scheduled = list(status["conditions"]).find(({ type }) => type === "PodScheduled");
  const said = [
    reason,
    text(waiting["message"]),
    text(record(state["terminated"])["message"]),
    text(status["message"]),
  ];
  return {
    name: String(record(pod["metadata"])["name"]),
    phase: String(status["phase"]),
    address: text(status["podIP"]),
    cannotStart: (states.length > 0 && states.every(isHopeless)) || status["phase"] === "Failed",
    reason:
      said.filter(Boolean).join(": ") || (scheduled?.["status"] === "False" ? text(scheduled["message"]) : undefined),
    log: "",
    pulls: containers.map(pullOf),
  };
}

function isHopeless(state: Readonly<Record<string, unknown>>): boolean {
  const reason = text(record(state["waiting"])["reason"]) ?? "";
  return failedPull.test(reason) || failedStart.test(reason);
}

function pullOf({ name, state: given, imageID }: Readonly<Record<string, unknown>>): Pull {
  const state = record(given);
  const waiting = record(state["waiting"]);
  const reason = text(waiting["reason"]) ?? "";
  // A container on a lost node also counts as terminated, but its outcome is unknown.
  const ran =
    state["running"] ??
    (record(state["terminated"])["reason"] === "ContainerStatusUnknown" ? undefined : state["terminated"]);
  const isPulled = ran !== undefined || failedStart.test(reason) || (text(imageID) ?? "") !== "";
  return {
    container: String(name),
    end: failedPull.test(reason) ? "failed" : isPulled ? "pulled" : undefined,
    reason: [reason, text(waiting["message"])].filter(Boolean).join(": ") || undefined,
  };
}

/** For a pod that is late, what it has printed so far. */
async function withLog(
  cluster: Cluster,
  namespace: string,
  pod: PodEnd | undefined,
  isLate: boolean,
): Promise<PodEnd | undefined> {
  if (pod === undefined || pod.pulls.length > 1) return pod;
  if (!hasEnded(pod) && !(isLate && pod.phase === "Running")) return pod;
  const { code, stdout, reason } = await cluster.kubectl(["logs", pod.name, `--namespace=${namespace}`]);
  return code === 0 ? { ...pod, log: stdout, reason: pod.reason ?? lastWords(stdout) } : { ...pod, reason };
}

/** The last line of a traceback says what happened. */
function lastWords(log: string): string | undefined {
  const lines = log.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("{"));
  return lines.at(-1);
}
