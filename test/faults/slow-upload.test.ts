/**
 * Uploads over a slow line while web pods come and go: one runs through a rolling change, one through the sudden end of another pod.
 * Proves that both arrive with all their bytes and that pages go on. Does not prove: an upload that outlives the time that a pod is
 * given to end, nor the loss of the pod that takes it.
 */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isReady, type LivePod, list } from "../e2e/support/cluster.ts";
import { kubectl, kubectlAtOnce, pulumi, succeed } from "../e2e/support/commands.ts";
import { curl, type Reply, uploadArguments } from "../e2e/support/peers/curl.ts";
import { downloadedHash, Files, hashOf } from "../e2e/support/peers/files.ts";
import { ensurePeers } from "../e2e/support/peers/tools.ts";
import { Client, eventually, logIn, type SiteOutput, siteOutput } from "../e2e/support/site.ts";
import { carriers } from "./support/connections.ts";
import { failures, type Outcome, Requests } from "./support/requests.ts";
import { up } from "./support/stack.ts";

const organization = "faults-slow-office";
const dataset = "faults-slow-upload";
const twoPods = { web: { replicas: 2 } };
const megabyte = 1_000_000;

const files = new Files();
let site: SiteOutput;
let token: string;
let admin: Client;

beforeAll(async () => {
  await ensurePeers();
  site = siteOutput("opendata");
  succeed(up(twoPods));
  token = await logIn(site.url, site.adminName, site.adminPassword);
  admin = new Client(site.url, token);
  await removeData();
  await admin.call("organization_create", { name: organization });
  await admin.call("package_create", { name: dataset, owner_org: organization });
});

afterAll(async () => {
  files.remove();
  await removeData();
  succeed(pulumi("refresh", "--yes", "--skip-preview"));
  succeed(up());
});

test("An upload at 500 kB/s goes on through a rolling change of web, and pages do", async () => {
  const path = files.random("rolling", 20 * megabyte);
  const { upload, outcomes } = await whileUploading(path, async () => {
    // Begins at once, where an `up` has the bootstrap run first.
    const web = ["-n", site.namespace, "rollout"];
    succeed(kubectl([...web, "restart", "deployment/opendata-web"]));
    succeed(await kubectlAtOnce([...web, "status", "deployment/opendata-web", "--timeout=300s"]));
  });
  expect(await downloadedHash(upload, token)).toBe(hashOf(readFileSync(path)));
  expect(failures(outcomes)).toEqual([]);
});

test("An upload at 500 kB/s goes on when its pod is deleted in an orderly way", async () => {
  const path = files.random("deleted", 20 * megabyte);
  const { upload } = await whileUploading(path, async () => {
    const [carrier] = carriers(site.namespace, webPods());
    succeed(kubectl(["-n", site.namespace, "delete", "pod", carrier ?? "no pod takes the upload", "--wait=false"]));
  });
  expect(await downloadedHash(upload, token)).toBe(hashOf(readFileSync(path)));
});

test("An upload at 500 kB/s goes on when the other web pod is killed", async () => {
  const path = files.random("killed", 20 * megabyte);
  const { upload } = await whileUploading(path, async () => {
    const pods = webPods();
    const [carrier] = carriers(site.namespace, pods);
    const other = pods.find((pod) => pod !== carrier) ?? "there is no other pod";
    succeed(kubectl(["-n", site.namespace, "delete", "pod", other, "--force", "--grace-period=0"]));
  });
  expect(await downloadedHash(upload, token)).toBe(hashOf(readFileSync(path)));
});

/** Does something some seconds after an upload began, under a stream of requests, and waits for the upload's end. */
async function whileUploading(
  path: string,
  act: () => Promise<void>,
): Promise<{ readonly upload: Reply; readonly outcomes: readonly Outcome[] }> {
  await eventually(
    async () => webPods().length,
    (count) => count === 2,
    300,
  );
  const sending = curl(["--limit-rate", "500k", ...uploadArguments(site.url, dataset, path)], { token, patience: 300 });
  await sleep(5000);
  const requests = new Requests(`${site.url}/api/3/action/package_search?rows=1`);
  try {
    await act();
    const upload = await sending;
    return { upload, outcomes: requests.outcomes };
  } finally {
    await requests.stop();
  }
}

function webPods(): readonly string[] {
  const pods = list<LivePod>("pods", site.namespace).filter(
    ({ metadata }) => metadata.labels?.["app.kubernetes.io/component"] === "web",
  );
  return pods.filter(isReady).map(({ metadata }) => metadata.name);
}

async function removeData(): Promise<void> {
  await admin.try("dataset_purge", { id: dataset });
  await admin.try("organization_purge", { id: organization });
}
