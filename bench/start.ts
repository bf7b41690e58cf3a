/** `npm start` from a stopped cluster: when the site answers, against the same objects handed to Kubernetes at once. */
import { spawn } from "node:child_process";
import { stringify } from "yaml";
import { ensureCluster, stopCluster } from "../cluster/cluster.ts";
import { sleep } from "../cluster/wait.ts";
import { isKubernetesObject, kubernetesObject, synthesizeStack } from "../render/stack.ts";
import { projectRoot } from "../toolchain/paths.ts";
import { print } from "../toolchain/steps.ts";
import type { Section } from "./support/report.ts";
import { ensureSite, kubectl, siteUrl } from "./support/site.ts";
import { inTurn, median, medianRatio } from "./support/statistics.ts";

const rounds = 3;

interface Run {
  /** Seconds until the site first answered with 200. */
  readonly answered: number;
  /** Seconds of each step by its name. */
  readonly steps: ReadonlyMap<string, number>;
}

const total = "everything";

export async function start(): Promise<Section> {
  await ensureSite();
  const objects = await liveObjects();
  try {
    const runs = await inTurn(rounds, npmStart, () => applyAtOnce(objects));
    return section(runs.ours, runs.theirs);
  } finally {
    await ensureSite();
  }
}

/** Every object of the stack as it stands in the cluster, secrets and all. */
async function liveObjects(): Promise<string> {
  const objects = (await synthesizeStack("dev")).filter(isKubernetesObject).map(kubernetesObject);
  const files = objects.map((object) => stringify(object)).join("---\n");
  const list = JSON.parse(await kubectl(["get", "-f", "-", "-o", "json"], files));
  for (const item of list.items) {
    const { name, namespace, labels, annotations } = item.metadata;
    item.metadata = { name, namespace, labels, annotations };
    delete item.status;
  }
  return JSON.stringify(list);
}

async function npmStart(): Promise<Run> {
  await stopCluster(false);
  print("npm start");
  const begin = performance.now();
  const answer = firstAnswer(begin);
  const lines = await new Promise<string>((resolve, reject) => {
    const child = spawn("npm", ["start"], { cwd: projectRoot, stdio: ["ignore", "ignore", "pipe"] });
    let text = "";
    child.stderr.on("data", (chunk) => {
      text += chunk;
      process.stderr.write(chunk);
    });
    child.on("error", reject);
    child.on("exit", (code) => (code === 0 ? resolve(text) : reject(new Error(`npm start ended with ${code}`))));
  });
  const seconds = (performance.now() - begin) / 1000;
  const steps = [...lines.matchAll(/^\[[^\]]*\] (.*): done in ([\d.]+) s/gm)];
  const named = steps.map(([, title = "", time]) => [title, Number(time)] as const);
  return { answered: await answer, steps: new Map([...named, [total, seconds]]) };
}

/** Starts the cluster as `npm start` does, and gives it all objects in one request of kubectl. */
async function applyAtOnce(objects: string): Promise<Run> {
  await stopCluster(false);
  print("kubectl apply");
  const begin = performance.now();
  const answer = firstAnswer(begin);
  await ensureCluster();
  const cluster = (performance.now() - begin) / 1000;
  // A dry run on the server: nothing differs from what stands, so that all it spares is to be noted as a manager of every field.
  const options = ["--server-side", "--dry-run=server", "--force-conflicts", "--field-manager=benchmark"];
  await kubectl(["apply", ...options, "-f", "-"], objects);
  const applied = (performance.now() - begin) / 1000;
  const answered = await answer;
  const steps = { "the cluster": cluster, "kubectl apply": applied - cluster, [total]: Math.max(applied, answered) };
  return { answered, steps: new Map(Object.entries(steps)) };
}

/** Seconds from `begin` to the first answer with status 200. */
async function firstAnswer(begin: number): Promise<number> {
  const deadline = begin + 600_000;
  while (performance.now() < deadline) {
    const response = await fetch(siteUrl, { signal: AbortSignal.timeout(30_000) }).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.status === 200) return (performance.now() - begin) / 1000;
    await sleep(100);
  }
  throw new Error(`${siteUrl} did not answer within ten minutes`);
}

function section(ours: readonly Run[], theirs: readonly Run[]): Section {
  const answered = (runs: readonly Run[]) => runs.map((run) => run.answered);
  const ratio = medianRatio(answered(ours), answered(theirs));
  return {
    title: "Starting the site again",
    method: `From a stopped cluster that kept its data, with everything built, to the first page with status 200; medians of ${rounds} runs of each, in turn. Beside \`npm start\`: the same cluster started in the same way, then the same objects given to it by one \`kubectl apply --server-side --dry-run=server\` (they stand there already; a dry run leaves no second manager of every field). Both find the objects in etcd, so that pods come up with the cluster; what is compared is whether Pulumi's work beside them holds them up. Steps of \`npm start\` that have nothing to do print nothing.`,
    columns: ["", "seconds"],
    rows: [
      ...steps("npm start", ours),
      ["npm start: first 200", median(answered(ours))],
      ...steps("kubectl", theirs),
      ["kubectl: first 200", median(answered(theirs))],
      ["ratio", ratio],
    ],
    limits: [{ what: "to the first 200, ratio", value: ratio, atMost: 1.2 }],
  };
}

function steps(name: string, runs: readonly Run[]): (readonly [string, number])[] {
  const titles = [...new Set(runs.flatMap((run) => [...run.steps.keys()]))];
  return titles.map((title) => {
    const times = runs.flatMap((run) => run.steps.get(title) ?? []);
    return [`${name}: ${title}`, median(times)];
  });
}
