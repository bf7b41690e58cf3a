/**
 * A bootstrap that outlives the `up` that began it, or fails, through the real CLI, provider, API server and controller of Jobs. Proves
 * what the next `up` does with the Job. Does not prove: what the pod does with SIGTERM (test/ckan/bootstrap-steps.test.ts); its
 * pods wait for a node here, and the test plays their end.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Engine, type KubernetesObject, readStackFile, rootSecret, type StackFile } from "./support/engine.ts";

let engine: Engine;
const dev: StackFile = { ...readStackFile("dev"), "ckan:protection": "disposable" };
const namespace = ["-n", "opendata-dev"] as const;
const up = ["up", "--yes", "--skip-preview"] as const;
const finalizer = "ckan-environments.test/still-ends";

beforeAll(async () => {
  engine = await Engine.start();
  release("en");
  expect(engine.pulumi(...up).code).toBe(0);
});

// From here on a bootstrap's pod finds no node: its Job runs until the test says otherwise.
beforeEach(() => nodes("cordon"));

afterAll(() => engine.stop());

test("the next up after one that was interrupted waits for the end of the pod before it starts another", async () => {
  release("de");
  const first = engine.begin(...up);
  const [old] = await bootstrapPods();
  engine.kubectl("patch", "pod", nameOf(old), ...namespace, "--type=merge", "-p", finalizers([finalizer]));
  first.interrupt();
  expect((await first.ended).code).not.toBe(0);

  const second = engine.begin(...up);
  await until(() => pods()[0]?.metadata.deletionTimestamp !== undefined);
  // In its grace period: it finishes a migration.
  await sleep(5_000);
  expect([uids(pods()), jobs().length]).toEqual([uids([old]), 1]);
  engine.kubectl("patch", "pod", nameOf(old), ...namespace, "--type=merge", "-p", finalizers(null));
  nodes("uncordon");
  expect((await second.ended).code).toBe(0);
  expect(uids(pods())).not.toEqual(uids([old]));
  const { code, output } = engine.pulumi("preview", "--diff", "--expect-no-changes");
  expect([code, output]).toEqual([0, expect.stringContaining("unchanged")]);
});

test("the next up after one that was killed goes on with the Job that it began", async () => {
  release("fr");
  const first = engine.begin(...up);
  const [old] = await bootstrapPods();
  first.kill();
  await first.ended;
  expect(engine.pulumi("cancel", "--yes").code).toBe(0);

  const second = engine.begin(...up);
  await until(() => engine.locks().length > 0);
  await sleep(10_000);
  expect([uids(pods()), pods()[0]?.metadata.deletionTimestamp]).toEqual([uids([old]), undefined]);
  nodes("uncordon");
  expect((await second.ended).code).toBe(0);
  expect(uids(pods())).toEqual(uids([old]));
});

test("an interrupted up whose bootstrap came to its end meanwhile is finished without another one", async () => {
  release("es");
  const first = engine.begin(...up);
  const [old] = await bootstrapPods();
  first.interrupt();
  await first.ended;
  nodes("uncordon");
  await until(() => JSON.stringify(jobs()).includes('"Complete"'));
  expect(engine.pulumi(...up).code).toBe(0);
  expect(uids(pods())).toEqual(uids([old]));
});

test("a bootstrap that failed is named, and runs again by the next up, changed or not", async () => {
  release("it");
  const first = engine.begin(...up);
  const failed = new Set<string>();
  let running = true;
  const ended = first.ended.finally(() => {
    running = false;
  });
  while (running) {
    for (const pod of pods()) {
      if (failed.has(nameOf(pod))) continue;
      const status = JSON.stringify({ status: { phase: "Failed" } });
      engine.kubectl("patch", "pod", nameOf(pod), ...namespace, "--subresource=status", "--type=merge", "-p", status);
      failed.add(nameOf(pod));
    }
    await sleep(300);
  }
  const { code, output } = await ended;
  expect([code === 0, output]).toEqual([false, expect.stringContaining("BackoffLimitExceeded")]);
  const [job] = jobs();
  nodes("uncordon");
  expect(engine.pulumi(...up).code).toBe(0);
  expect(uids(jobs())).not.toEqual(uids([job]));
});

/** A setting that runs the bootstrap again. */
function release(locale: string): void {
  const defaults = dev["ckan:defaults"] as { readonly ckan: { readonly settings?: object } };
  const settings = { ...defaults.ckan.settings, "ckan.locales_offered": `en ${locale}` };
  engine.write({ ...dev, "ckan:defaults": { ...defaults, ckan: { ...defaults.ckan, settings } } });
  engine.setSecret("rootSecret", rootSecret);
}

function nodes(command: "cordon" | "uncordon"): void {
  for (const { metadata } of engine.kubernetes("nodes").items) engine.kubectl(command, metadata.name);
}

const selector = "app.kubernetes.io/component=bootstrap";
const pods = () => engine.kubernetes("pods", ...namespace, "--selector", selector).items;
const jobs = () => engine.kubernetes("jobs", ...namespace, "--selector", selector).items;
const uids = (objects: readonly (KubernetesObject | undefined)[]) => objects.map((object) => object?.metadata.uid);
const nameOf = (object: KubernetesObject | undefined) => object?.metadata.name ?? "";
const finalizers = (names: readonly string[] | null) => JSON.stringify({ metadata: { finalizers: names } });

/** The pod of the Job that `up` has just begun: the earlier one is gone by then. */
async function bootstrapPods(): Promise<readonly KubernetesObject[]> {
  const [before] = pods();
  let now: readonly KubernetesObject[] = [];
  await until(() => {
    now = pods();
    return now.length === 1 && now[0]?.metadata.uid !== before?.metadata.uid;
  });
  return now;
}

async function until(reached: () => boolean): Promise<void> {
  const deadline = Date.now() + 90_000;
  while (!reached()) {
    if (Date.now() > deadline) throw new Error("not reached within 90 s");
    await sleep(100);
  }
}
