/** A closed site keeps what it has, and nothing works on it. */
import { beforeAll, describe, expect, test } from "vitest";
import { isKubernetesObject } from "../../../render/stack.ts";
import type { Declared } from "../../../render/synthesize.ts";
import { podOf } from "../../support/component.ts";
import { instance, onVolume, stackFile } from "../../support/configuration.ts";
import { differences } from "../../support/differences.ts";
import { declaredBy, find, inventory } from "../../support/program.ts";

const maintenance = { enabled: true, message: "Back at noon.", retryAfterSeconds: 60 };
const web = "apps/v1:Deployment opendata-web";
const worker = "apps/v1:Deployment opendata-worker";
const recovery = "batch/v1:CronJob opendata-recovery";
const proxyFiles = "core/v1:ConfigMap opendata-web-nginx";
const serverFiles = "core/v1:ConfigMap opendata-web";

const objects = async (settings: Record<string, unknown>) =>
  (await declaredBy(stackFile({ opendata: { site: { title: "Open data" }, ...settings } }))).filter(isKubernetesObject);

let open: readonly Declared[];
let closed: readonly Declared[];
beforeAll(async () => {
  open = await objects({});
  closed = await objects({ maintenance });
});

const inputs = (title: string) =>
  find(closed, title).inputs as { spec: Record<string, unknown>; data: Record<string, string> };

test("closing changes the pods that serve and work, and nothing else: no data, no bootstrap", () => {
  expect(differences(open, closed)).toEqual({
    added: [],
    removed: [serverFiles],
    renamed: [proxyFiles],
    changed: [web, worker, recovery],
  });
});

test("what is not enabled is as if it were not there", async () => {
  expect(differences(open, await objects({ maintenance: { ...maintenance, enabled: false } }))).toEqual({
    added: [],
    removed: [],
    renamed: [],
    changed: [],
  });
});

test("no worker runs, and no lost load is submitted", () => {
  expect(inputs(worker).spec["replicas"]).toBe(0);
  expect(inputs(recovery).spec["suspend"]).toBe(true);
});

test("several stopped workers have no disruption budget, and several web pods keep theirs", async () => {
  const several = await objects({ maintenance, web: { replicas: 2 }, workers: { default: { replicas: 3 } } });
  const budgets = inventory(several).filter((title) => title.includes("PodDisruptionBudget"));
  expect(budgets).toEqual(["policy/v1:PodDisruptionBudget opendata-web"]);
});

describe("web", () => {
  test("runs as many pods as before, ready without CKAN", () => {
    expect(inputs(web).spec["replicas"]).toBe(1);
    const [proxy] = podOf(find(closed, web)).containers;
    expect(proxy?.readinessProbe?.httpGet).toEqual({ path: "/_live", port: 5000 });
  });

  test("serves the notice and nothing beside it: no kept answers, no way to CKAN or to the stored files", () => {
    const { "nginx.conf": conf = "", "closed.html": page, "closed.json": answer = "" } = inputs(proxyFiles).data;
    expect(page).toContain("<h1>Open data</h1><p>Back at noon.</p>");
    expect(JSON.parse(answer)).toMatchObject({ error: { message: "Back at noon." } });
    expect(conf).toContain("add_header Retry-After 60 always;");
    expect(conf).not.toMatch(/proxy_pass|proxy_cache|upstream ckan/);
  });

  test("keeps its volume", async () => {
    const kept = await objects({ ...onVolume, maintenance });
    const volumes = inventory(kept).filter((title) => title.includes("PersistentVolumeClaim opendata-web"));
    expect(volumes).toEqual(["core/v1:PersistentVolumeClaim opendata-web-uploads"]);
  });
});

test("a site without XLoader is closed as well", async () => {
  const { plugins: _, ...ckan } = instance.ckan;
  const without = await objects({ maintenance, ckan: { ...ckan, plugins: ["s3filestore", "envvars"] } });
  expect((find(without, worker).inputs as { spec: { replicas: number } }).spec.replicas).toBe(0);
});
