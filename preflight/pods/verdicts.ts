/** What follows from how the pods of a trial ended. */
import { met, missing, notKnown, type Row } from "../row.ts";
import { record, text } from "../values.ts";
import type { Asker } from "./manifests.ts";

export interface PodEnd {
  readonly name: string;
  readonly phase: string;
  readonly address: string | undefined;
  /** Waiting longer helps nobody. */
  readonly cannotStart: boolean;
  /** Why it has not started or not ended, as Kubernetes says. */
  readonly reason: string | undefined;
  readonly log: string;
}

/** A pod that did not start, and what to do; undefined when it did. */
export function startProblem(image: string, { phase, reason = "no reason given" }: PodEnd): Row | undefined {
  if (phase === "Running" || phase === "Succeeded") return undefined;
  const need = `pods start from ${image}`;
  const seen = reason.slice(0, 300);
  if (/Image|Registry/.test(reason)) {
    return missing(
      need,
      seen,
      "look at the image's name and the registry; one that needs the stack's own password cannot be pulled before its first up: --image names another one with Python",
    );
  }
  if (/StartError|ContainerCannotRun|python3/.test(reason)) {
    return missing(need, seen, "the image has to have python3: --image names another one");
  }
  return missing(need, seen, "look at nodeSelector, tolerations, quotas and the nodes' free resources");
}

/** Only a pod that gets through where another does not shows that policies do it. */
export function enforcementRow(open: PodEnd | undefined, sealed: PodEnd | undefined): Row {
  const need = "network policies are enforced";
  const [reached] = answersOf(open);
  const [kept] = answersOf(sealed);
  if (reached === undefined || kept === undefined) {
    const silent = reached === undefined ? open : sealed;
    const seen = `nothing was heard of the pods that ask: ${silent?.reason ?? "no reason given"}`;
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

/** A row for each question of a site. */
export function answerRows({ questions, name }: Asker, image: string, pod: PodEnd | undefined): readonly Row[] {
  const answers = new Map(answersOf(pod).map((answer) => [answer.need, answer]));
  if (pod !== undefined && answers.size === 0) {
    const problem = startProblem(image, pod);
    if (problem !== undefined) return [{ ...problem, need: `${name}: ${problem.need}` }];
  }
  return questions.map(({ need, remedy }) => {
    const answer = answers.get(need);
    if (answer === undefined) return notKnown(need, pod?.reason ?? "the pod gave no answer", "run preflight again");
    return answer.ok ? met(need, answer.seen) : missing(need, answer.seen, remedy);
  });
}

interface Given {
  readonly need: string;
  readonly ok: boolean;
  readonly seen: string;
}

function answersOf(pod: PodEnd | undefined): readonly Given[] {
  const lines = (pod?.log ?? "").split("\n").filter((line) => line.startsWith("{"));
  return lines.map((line) => {
    const answer = record(JSON.parse(line));
    return { need: String(answer["need"]), ok: answer["ok"] === true, seen: text(answer["seen"]) ?? "" };
  });
}
