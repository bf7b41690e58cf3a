/**
 * Work on the stack that was interrupted, and the way on that docs/operations.md describes, through the real CLI, provider and API
 * server. Proves that nothing is made twice or anew: every object keeps its uid. Does not prove: that pods run (kwok plays them).
 */
import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Engine, readStackFile, rootSecret, type StackFile } from "./support/engine.ts";

let engine: Engine;
const dev: StackFile = { ...readStackFile("dev"), "ckan:protection": "disposable" };
const up = ["up", "--yes", "--skip-preview"] as const;
const unchanged = ["preview", "--expect-no-changes"] as const;

beforeAll(async () => {
  engine = await Engine.start();
  configure(dev);
});

afterAll(() => engine.stop());

test("an up that is killed half way leaves its lock: the next one is refused and says what to do", async () => {
  const running = engine.begin(...up);
  await until(() => existsSync(stateFile()) && readFileSync(stateFile(), "utf8").includes("StatefulSet"));
  running.kill();
  expect((await running.ended).code).not.toBe(0);
  // Pulumi writes in place: the end of the process may have cut a file short.
  repairState();
  const next = engine.pulumi(...up);
  expect(next.code).not.toBe(0);
  expect(next.output).toContain("the stack is currently locked by 1 lock(s)");
  expect(next.output).toContain("pulumi cancel");
});

test("cancel and up finish what the killed one began, with the objects that it made", () => {
  const before = uids();
  expect(before.size).toBeGreaterThan(10);
  expect(engine.pulumi("cancel", "--yes").code).toBe(0);
  expect(engine.pulumi(...up).code).toBe(0);
  expect(kept(before)).toEqual([...before.keys()]);
  // Until then each command warns of operations whose end nobody saw.
  const settled = engine.pulumi("refresh", "--yes", "--skip-preview", "--clear-pending-creates");
  expect([settled.code, settled.output]).toEqual([0, expect.not.stringContaining("error")]);
  const last = engine.pulumi(...unchanged);
  expect([last.code, last.output]).toEqual([0, expect.not.stringContaining("pending operations")]);
});

test("a second up at the same time is refused and does no harm to the first", async () => {
  configure(withMemory("300Mi"));
  const first = engine.begin(...up);
  await until(() => engine.locks().length > 0);
  const second = engine.pulumi(...up);
  expect(second.code).not.toBe(0);
  expect(second.output).toContain("the stack is currently locked by 1 lock(s)");
  expect((await first.ended).code).toBe(0);
  expect(engine.pulumi(...unchanged).code).toBe(0);
});

test("a lost state is made anew by up from what runs, and the next change is no conflict", () => {
  const before = uids();
  rmSync(join(engine.state, ".pulumi"), { recursive: true });
  expect(engine.pulumi("stack", "init", "dev").code).toBe(0);
  configure(withMemory("300Mi"));
  expect(engine.pulumi(...up).code).toBe(0);
  expect(kept(before)).toEqual([...before.keys()]);
  configure(withMemory("320Mi"));
  expect(engine.pulumi(...up).code).toBe(0);
  expect(engine.pulumi(...unchanged).code).toBe(0);
});

test("a state that a full disk cut short is an error, and its backup the way on", () => {
  configure(withMemory("340Mi"));
  expect(engine.pulumi(...up).code).toBe(0);
  const before = uids();
  cutShort(stateFile());
  const damaged = engine.pulumi(...up);
  expect(damaged.code).not.toBe(0);
  expect(damaged.output).toContain("failed to load checkpoint");
  copyFileSync(`${stateFile()}.bak`, stateFile());
  expect(engine.pulumi(...up).code).toBe(0);
  expect(engine.pulumi(...unchanged).code).toBe(0);
  expect(kept(before)).toEqual([...before.keys()]);
});

test("attributes beside the state that were cut short are an error, and the state works without them", () => {
  truncateSync(`${stateFile()}.attrs`, 0);
  const damaged = engine.pulumi(...unchanged);
  expect(damaged.code).not.toBe(0);
  expect(damaged.output).toContain("failed to load checkpoint: EOF");
  repairState();
  expect(engine.pulumi(...unchanged).code).toBe(0);
});

test("when the backup is cut short too, a new state takes over what runs", () => {
  const before = uids();
  for (const file of [stateFile(), `${stateFile()}.bak`]) {
    cutShort(file);
    renameSync(file, join(engine.folder, "damaged.json"));
  }
  expect(engine.pulumi("stack", "init", "dev").code).toBe(0);
  configure(withMemory("340Mi"));
  expect(engine.pulumi(...up).code).toBe(0);
  expect(kept(before)).toEqual([...before.keys()]);
  expect(engine.pulumi(...unchanged).code).toBe(0);
});

function configure(config: StackFile): void {
  engine.write(config);
  engine.setSecret("rootSecret", rootSecret);
}

function withMemory(memory: string): StackFile {
  const defaults = dev["ckan:defaults"] as { readonly queue: object };
  const queue = { ...defaults.queue, resources: { limits: { memory } } };
  return { ...dev, "ckan:defaults": { ...defaults, queue } };
}

function cutShort(file: string): void {
  truncateSync(file, Math.floor(statSync(file).size / 2));
}

/** The way on that the documentation describes. */
function repairState(): void {
  for (const file of [stateFile(), `${stateFile()}.bak`]) {
    if (existsSync(`${file}.attrs`) && !isReadable(`${file}.attrs`)) rmSync(`${file}.attrs`);
  }
  if (!isReadable(stateFile())) copyFileSync(`${stateFile()}.bak`, stateFile());
}

function stateFile(): string {
  return join(engine.state, ".pulumi", "stacks", "ckan", "dev.json");
}

function isReadable(file: string): boolean {
  try {
    JSON.parse(readFileSync(file, "utf8"));
    return true;
  } catch {
    return false;
  }
}

/** Everything of the site, without what Kubernetes itself makes of it. */
function uids(): ReadonlyMap<string, string> {
  const kinds =
    "deployments,statefulsets,cronjobs,jobs,services,configmaps,secrets,networkpolicies,persistentvolumeclaims,poddisruptionbudgets";
  const { items } = engine.kubernetes(kinds, "-n", "opendata-dev");
  const own = items.filter(({ metadata }) => metadata.labels?.["app.kubernetes.io/managed-by"] === "pulumi");
  return new Map(own.map(({ kind, metadata }) => [`${kind} ${metadata.name}`, metadata.uid]));
}

/** Which of these still are the same objects. */
function kept(before: ReadonlyMap<string, string>): readonly string[] {
  const now = uids();
  return [...before].filter(([name, uid]) => now.get(name) === uid).map(([name]) => name);
}

async function until(reached: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!reached()) {
    if (Date.now() > deadline) throw new Error("not reached within 60 s");
    await sleep(20);
  }
}
