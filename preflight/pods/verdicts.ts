/** Turns the results of a trial's pods into rows. */
import { met, missing, notKnown, type Row } from "../row.ts";
import { parsedRecord, text } from "../values.ts";
import type { PodEnd } from "./looking.ts";
import type { Asker } from "./manifests.ts";

/** Why a pod did not start, and what to do; undefined when it did. */
export function startProblem(image: string, { phase, log, reason = "no reason given" }: PodEnd): Row | undefined {
  if (phase === "Running" || phase === "Succeeded") return undefined;
  const need = `pods start from ${image}`;
  if (log !== "") {
    return notKnown(need, reason, "it ran and broke off: --image names another image with Python 3");
  }
  if (/Image|Registry/.test(reason)) {
    return missing(
      need,
      reason,
      "look at the image's name and the registry; one that needs the stack's own password cannot be pulled before its first up: --image names another one with Python",
    );
  }
  if (/StartError|ContainerCannotRun|python3/.test(reason)) {
    return missing(need, reason, "the image has to have python3: --image names another one");
  }
  return missing(need, reason, "look at nodeSelector, tolerations, quotas and the nodes' free resources");
}

/** Policies are proven only if one pod gets through and another does not. */
export function enforcementRow(open: PodEnd | undefined, sealed: PodEnd | undefined): Row {
  const need = "network policies are enforced";
  const [reached] = readLog(open).answers;
  const [kept] = readLog(sealed).answers;
  if (reached === undefined || kept === undefined) {
    const silent = reached === undefined ? open : sealed;
    const [line] = readLog(silent).unread;
    const why = line === undefined ? silent?.reason : `a line of the log is no answer: ${line}`;
    const seen = `nothing was heard of the pods that ask: ${why ?? "no reason given"}`;
    return notKnown(need, seen, "run preflight again, with an account that may read pods and their logs");
  }
  if (!reached.ok) {
    const seen = `not even a pod that may do everything reaches another one: ${reached.seen}`;
    return notKnown(need, seen, "look at the cluster's network first");
  }
  if (kept.ok) return met(need, kept.seen);
  return missing(
    need,
    kept.seen,
    "turn them on (GKE: Dataplane V2 or --enable-network-policy; elsewhere a network plugin that knows them): without them every pod of the cluster reaches the databases",
  );
}

/** One row per check of a site. */
export function answerRows({ questions, name }: Asker, image: string, pod: PodEnd | undefined): readonly Row[] {
  const { answers: given, unread } = readLog(pod);
  const answers = new Map(given.map((answer) => [answer.need, answer]));
  if (pod !== undefined && answers.size === 0) {
    const problem = startProblem(image, pod);
    if (problem !== undefined) return [{ ...problem, need: `${name}: ${problem.need}` }];
  }
  const lost = unread.map((line) =>
    notKnown(`${name}: a line of its log`, `is no answer: ${line}`, "run preflight again"),
  );
  const rows = questions.map(({ need, remedy }) => {
    const answer = answers.get(need);
    if (answer === undefined) return notKnown(need, pod?.reason ?? "the pod gave no answer", "run preflight again");
    return answer.ok ? met(need, answer.seen) : missing(need, answer.seen, remedy);
  });
  return [...rows, ...lost];
}

interface Given {
  readonly need: string;
  readonly ok: boolean;
  readonly seen: string;
}

/** Answers are lines of JSON. A killed pod may have left half a line, and other programs print there too. */
function readLog(pod: PodEnd | undefined): { readonly answers: readonly Given[]; readonly unread: readonly string[] } {
  const lines = (pod?.log ?? "").split("\n").filter((line) => line.startsWith("{"));
  const read = lines.map((line) => ({ line, answer: answerOf(line) }));
  return {
    answers: read.flatMap(({ answer }) => answer ?? []),
    unread: read.flatMap(({ line, answer }) => (answer === undefined ? [line] : [])),
  };
}

function answerOf(line: string): Given | undefined {
  const answer = parsedRecord(line);
  const need = text(answer?.["need"]);
  const ok = answer?.["ok"];
  return need === undefined || typeof ok !== "boolean" ? undefined : { need, ok, seen: text(answer?.["seen"]) ?? "" };
}
