/**
 * What happens to the running dev site when its parts die or change, under a steady stream of visitors. Proves that it recovers
 * by itself, that nothing is lost, and that a rolling change at two web pods costs no request. Asserts no duration: what each
 * fault cost is printed at the end. Does not prove: the loss of a node or of a disk.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureCluster } from "../../cluster/cluster.ts";
import { kubectl, pulumi, run, succeed } from "../e2e/support/commands.ts";
import { eventually, type SiteOutput, siteOutput } from "../e2e/support/site.ts";
import { killHard, restartKubelet, tagImage } from "./support/node.ts";
import { type Cost, cost, keep } from "./support/report.ts";
import { failures, type Outcome, Requests } from "./support/requests.ts";
import {
  administrator,
  csvOf,
  expectIntact,
  loaded,
  loadState,
  makeData,
  removeData,
  type SiteData,
  upload,
} from "./support/site-data.ts";
import { up } from "./support/stack.ts";

const twoPods = { web: { replicas: 2 } };
/** Some ten seconds of loading, and as many of indexing. */
const largeRows = 300_000;
const image = "localhost/ckan-environments/ckan:2.11.6-1";

let site: SiteOutput;
let data: SiteData;
const costs: Cost[] = [];

beforeAll(async () => {
  site = siteOutput("opendata");
  succeed(up(twoPods));
  data = await makeData(site);
});

afterAll(async () => {
  keep("faults", costs);
  succeed(up());
  await removeData(await administrator(site));
});

/** Does something under a stream of requests, searches unless told otherwise, and notes what that cost the visitors. */
async function under(
  fault: string,
  act: () => Promise<void> | void,
  requests = new Requests(`${site.url}/api/3/action/package_search?rows=1`),
): Promise<readonly Outcome[]> {
  await eventually(
    async () => requests.succeededInARow(),
    (answers) => answers > 5,
    30,
  );
  const since = Date.now();
  try {
    await act();
    const done = Date.now();
    await eventually(
      async () => requests.succeededInARow(done),
      (answers) => answers >= 10,
      300,
    );
  } finally {
    await requests.stop();
  }
  costs.push(cost(fault, requests.outcomes, since));
  return requests.outcomes;
}

function kubernetes(...args: readonly string[]): string {
  return succeed(kubectl(["-n", site.namespace, ...args]));
}

function deletePod(component: string): void {
  kubernetes("delete", "pod", `opendata-${component}-0`);
  kubernetes("rollout", "status", `statefulset/opendata-${component}`, "--timeout=180s");
}

const pods = (component: string) => `app.kubernetes.io/component=${component}`;

describe("A rolling change at two web pods", () => {
  test.each([
    ["of a setting", { ckan: { settings: { "ckan.locales_offered": "en de" } } }],
    ["to another image", { ckan: { image: `${image}-again` } }],
    ["of the session key", { generations: { session: 2 } }],
    ["back to the earlier settings", {}],
  ])("%s fails no request", async (change, settings) => {
    tagImage(image, `${image}-again`);
    const outcomes = await under(`rolling change ${change}`, () => {
      succeed(up({ ...twoPods, ...settings }));
    });
    expect(failures(outcomes)).toEqual([]);
  });
});

describe("An upgrade that fails in the bootstrap", () => {
  const plugins = ["no_such_plugin", "activity", "datastore", "datatables_view", "text_view", "xloader", "s3filestore"];

  test("leaves the old pods serving, and up quotes the reason", async () => {
    const outcomes = await under("failed upgrade", () => {
      const { code, stdout } = up({ ...twoPods, ckan: { plugins: [...plugins, "envvars"] } });
      expect(code).not.toBe(0);
      expect(stdout).toContain("Plugin 'no_such_plugin' not found");
      expect(stdout).toContain("FAILED: ckan db upgrade ended with 1");
    });
    expect(failures(outcomes)).toEqual([]);
  });

  test("is corrected by an up with the earlier settings, without a failed request", async () => {
    const outcomes = await under("way back from a failed upgrade", () => {
      succeed(up(twoPods));
    });
    expect(failures(outcomes)).toEqual([]);
    expect(up({ ...twoPods }).stdout).not.toMatch(/ (?:created|updated|replaced|deleted)/);
  });

  test("leaves pods that can start again", async () => {
    kubernetes("rollout", "restart", "deployment/opendata-web");
    kubernetes("rollout", "status", "deployment/opendata-web", "--timeout=180s");
    succeed(pulumi("refresh", "--yes", "--skip-preview"));
    await expectIntact(site, data);
  });
});

describe("The site recovers by itself, with everything it had, when", () => {
  test("one of two web pods is deleted, and no request fails", async () => {
    const outcomes = await under("web pod deleted (of two)", () => {
      const [pod = ""] = kubernetes("get", "pods", "-l", pods("web"), "-o", "name").split("\n");
      kubernetes("delete", pod);
    });
    expect(failures(outcomes)).toEqual([]);
    await expectIntact(site, data);
  });

  test.each(["web", "database", "search", "queue"])("the %s is killed hard", async (component) => {
    await under(`${component} killed hard`, () => killHard(site.namespace, component));
    await expectIntact(site, data);
  });

  test.each(["database", "search", "queue"])("the pod of the %s is deleted", async (component) => {
    await under(`${component} pod deleted`, () => deletePod(component));
    await expectIntact(site, data);
  });

  test("the files are killed hard, or their pod is deleted", async () => {
    const downloads = () => new Requests(data.file.url, data.token);
    await under("files killed hard (downloads)", () => killHard(site.namespace, "files"), downloads());
    await under("files pod deleted (downloads)", () => deletePod("files"), downloads());
    await expectIntact(site, data);
  });

  test("the kubelet is killed and starts again, and no request fails meanwhile", async () => {
    const outcomes = await under("kubelet restarted", restartKubelet);
    expect(failures(outcomes)).toEqual([]);
    await expectIntact(site, data);
  });

  test("the whole cluster is stopped and started", async () => {
    await under("cluster stopped and started", async () => {
      succeed(run("npm", ["stop", "--silent"]));
      // Only the cluster: `npm start` would put back what the stack file says.
      await ensureCluster();
    });
    await expectIntact(site, data);
  });
});

describe("A load", () => {
  const large = csvOf(largeRows);

  async function running(name: string): Promise<string> {
    const { id } = await upload(data.admin, name, large);
    await eventually(
      () => loadState(data.admin, id),
      (state) => state === "running",
      120,
    );
    return id;
  }

  test("whose worker is deleted is finished by that worker", async () => {
    const id = await running("deleted-worker.csv");
    kubernetes("delete", "pod", "-l", pods("worker"), "--wait=false");
    await loaded(data.admin, id, largeRows, 300);
  });

  test("whose worker is killed hard is found and loaded again", async () => {
    const id = await running("killed-worker.csv");
    killHard(site.namespace, "worker");
    await loaded(data.admin, id, largeRows, 600);
  });

  test("that waits in the queue outlives the queue's sudden end", async () => {
    kubernetes("scale", "deployment/opendata-worker", "--replicas=0");
    kubernetes("wait", "pod", "-l", pods("worker"), "--for=delete", "--timeout=120s");
    const rows = [10, 20, 30];
    const waiting = await Promise.all(rows.map((count) => upload(data.admin, `waiting-${count}.csv`, csvOf(count))));
    expect(await Promise.all(waiting.map(({ id }) => loadState(data.admin, id)))).toEqual(rows.map(() => "pending"));
    killHard(site.namespace, "queue");
    kubernetes("scale", "deployment/opendata-worker", "--replicas=1");
    for (const [position, { id }] of waiting.entries()) await loaded(data.admin, id, rows[position] ?? 0, 300);
  });
});
