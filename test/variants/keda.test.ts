/**
 * The dev site with workers that come and go by their queue: KEDA itself, built from its source, runs in the local cluster. Proves that
 * waiting loads bring workers, that none stays when there is nothing to do, and that a worker which is told to go while it loads
 * finishes first. Does not prove: how soon (that depends on the machine), nor several nodes.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { installOperator, removeOperator } from "../../toolchain/operators.ts";
import { kubectl, succeed } from "../e2e/support/commands.ts";
import { eventually, siteOutput } from "../e2e/support/site.ts";
import {
  administrator,
  csvOf,
  loaded,
  loadState,
  makeData,
  removeData,
  type SiteData,
  upload,
} from "../faults/support/site-data.ts";
import { up } from "../faults/support/stack.ts";

const maximum = 3;
const scaling = { kind: "keda", minimum: 0, maximum, jobsPerPod: 1, pollingSeconds: 2, cooldownSeconds: 3 };
/** Ten seconds and more for one worker alone: far longer than KEDA looks away and cools down, also on a fast machine. */
const rows = 200_000;
const files = ["one.csv", "two.csv", "three.csv", "four.csv", "five.csv", "six.csv"];

const site = siteOutput("opendata");
let data: SiteData;
let loads: readonly { readonly id: string }[];

beforeAll(async () => {
  await installOperator("keda");
  data = await makeData(site);
  succeed(up({ workers: { default: { scaling } } }));
});

afterAll(async () => {
  succeed(up());
  await removeData(await administrator(site));
  await removeOperator("keda");
});

test("KEDA takes the declared trigger: the queue answers it with the password that it is told of", async () => {
  const status = await eventually(
    async () => scaledObject().status?.conditions ?? [],
    (conditions) => conditions.some(({ type, status }) => type === "Ready" && status === "True"),
    120,
  );
  expect(status.filter(({ type, status }) => type === "Fallback" && status === "True")).toEqual([]);
});

test("nothing to do is no worker", async () => {
  await eventually(
    async () => workers(),
    (number) => number === 0,
    120,
  );
});

test("waiting loads bring workers, as many as are allowed", async () => {
  const csv = csvOf(rows);
  loads = await Promise.all(files.map((name) => upload(data.admin, name, csv)));
  await eventually(
    async () => workers(),
    (number) => number === maximum,
    180,
  );
});

test("workers are told to go while they load, and finish first", async () => {
  const toldToGo = await eventually(leavingWhileLoading, (names) => names.length > 0, 300);
  expect(toldToGo.length).toBeGreaterThan(0);
  for (const { id } of loads) await loaded(data.admin, id, rows, 300);
  expect(await Promise.all(loads.map(({ id }) => starts(id)))).toEqual(files.map(() => 1));
});

test("and none stays when all is done", async () => {
  await eventually(
    async () => pods().length,
    (number) => number === 0,
    180,
  );
});

test("what is declared has not changed by any of that", () => {
  expect(up({ workers: { default: { scaling } } }).stdout).toMatch(/Resources:\n\s+\d+ unchanged/);
});

test("a worker is there again once a number is declared instead, although KEDA had ended the last one", async () => {
  succeed(up());
  await eventually(
    async () => workers(),
    (number) => number === 1,
    60,
  );
});

/** Loads that run although every worker was told to go. */
async function leavingWhileLoading(): Promise<readonly string[]> {
  if (workers() > 0) return [];
  const states = await Promise.all(loads.map(({ id }) => loadState(data.admin, id)));
  return states.filter((state) => state === "running");
}

/** How often a load was begun, by XLoader's own log of it. */
async function starts(resource: string): Promise<number> {
  const { task_info } = await data.admin.call<LoadStatus>("xloader_status", { resource_id: resource });
  return task_info.logs.filter(({ message }) => message.startsWith("Express Load starting")).length;
}

interface LoadStatus {
  readonly task_info: { readonly logs: readonly { readonly message: string }[] };
}

function scaledObject(): { readonly status?: { readonly conditions?: readonly Condition[] } } {
  return JSON.parse(succeed(kubernetes("get", "scaledobject", "opendata-worker", "-o", "json")));
}

interface Condition {
  readonly type: string;
  readonly status: string;
}

/** How many workers the Deployment is to have. */
function workers(): number {
  return Number(succeed(kubernetes("get", "deployment", "opendata-worker", "-o", "jsonpath={.spec.replicas}")));
}

/** Workers that there are, ending ones included. */
function pods(): readonly string[] {
  const selector = "app.kubernetes.io/instance=opendata,app.kubernetes.io/component=worker";
  return succeed(kubernetes("get", "pods", "-l", selector, "-o", "name"))
    .trim()
    .split("\n")
    .filter(Boolean);
}

function kubernetes(...args: readonly string[]) {
  return kubectl(["-n", site.namespace, ...args]);
}
