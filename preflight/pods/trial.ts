/** Starts a trial's pods in their own namespace, collects their output, and removes everything again. */
import type { Cluster } from "../cluster/api.ts";
import { notKnown, type Row } from "../row.ts";
import { type Image, imageRows, imagesPod, isTold, tried } from "./images.ts";
import { hasEnded, isRunning, look, type PodEnd } from "./looking.ts";
import {
  type Asker,
  askingPod,
  enforcementAskers,
  listener,
  namespaceOf,
  pullingPod,
  type TrialPlan,
  trialPolicies,
} from "./manifests.ts";
import { type OwnNamespace, ownNamespace, removeOld } from "./namespace.ts";
import { answerRows, enforcementRow, startProblem } from "./verdicts.ts";

export async function runTrial(cluster: Cluster, plan: TrialPlan, sites: readonly Asker[]): Promise<readonly Row[]> {
  await removeOld(cluster, plan.prefix);
  const own = ownNamespace(cluster, plan.namespace);
  try {
    return await rowsOf(cluster, own, plan, sites);
  } finally {
    await own.close();
  }
}

async function rowsOf(
  cluster: Cluster,
  own: OwnNamespace,
  plan: TrialPlan,
  sites: readonly Asker[],
): Promise<readonly Row[]> {
  const refused = (await own.make([namespaceOf(plan)])) ?? (await own.make([...trialPolicies(plan), listener(plan)]));
  if (refused !== undefined) return [refused];
  const { pods, trouble } = await look(cluster, plan.namespace, ["listener"], isRunning);
  const [reached] = pods;
  if (reached === undefined) {
    const seen =
      trouble === undefined ? "the first one is not to be seen" : `the first one is not to be seen: ${trouble}`;
    return [
      notKnown("pods for a trial", seen, "run preflight again, with an account that may read pods and their logs"),
    ];
  }
  const problem = startProblem(plan.image, reached);
  const askers = problem === undefined ? [...enforcementAskers(reached.address ?? ""), ...sites] : [];
  const lost = askers.length === 0 ? undefined : await own.make(askers.map((asker) => askingPod(plan, asker)));
  // A cluster may reject this pod and accept the others.
  const unpulled = tried(plan.images).length === 0 ? undefined : await own.make([pullingPod(plan)]);
  const names = [
    ...(lost === undefined ? askers.map(({ name }) => name) : []),
    ...(unpulled === undefined && tried(plan.images).length > 0 ? [imagesPod] : []),
  ];
  const looked = await look(cluster, plan.namespace, names, (pod) => isDone(pod, plan.images));
  const ends = new Map(looked.pods.flatMap((pod) => (pod === undefined ? [] : [[pod.name, pod] as const])));
  const failed = problem ?? lost;
  return [
    ...(failed === undefined ? answersOf(ends, plan, sites) : [failed]),
    ...(unpulled === undefined
      ? imageRows(plan.images, ends.get(imagesPod))
      : [{ ...unpulled, need: "a pod with the stack's images" }]),
  ];
}

function answersOf(ends: ReadonlyMap<string, PodEnd>, plan: TrialPlan, sites: readonly Asker[]): readonly Row[] {
  return [
    enforcementRow(ends.get("open"), ends.get("sealed")),
    ...sites.flatMap((site) => answerRows(site, plan.image, ends.get(site.name))),
  ];
}

function isDone(pod: PodEnd, images: readonly Image[]): boolean {
  return hasEnded(pod) || (pod.name === imagesPod && isTold(pod, images));
}
