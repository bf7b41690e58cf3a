/**
 * A worker that has to go in its first seconds, while CKAN loads, as when an autoscaler changes its mind. Does not prove: that a load
 * which has begun is finished (test/variants/keda.test.ts).
 */
import { afterAll, expect, test } from "vitest";
import { kubectl, succeed } from "./support/commands.ts";
import { eventually } from "./support/site.ts";

interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly status: { readonly containerStatuses?: readonly { readonly state: { readonly running?: object } }[] };
}

const selector = "app.kubernetes.io/instance=opendata,app.kubernetes.io/component=worker";
const inNamespace = (...args: readonly string[]) => kubectl(["-n", "opendata-dev", ...args]);
const wait = () => succeed(inNamespace("rollout", "status", "deploy/opendata-worker", "--timeout=180s"));

function running(): readonly string[] {
  const { items }: { items: readonly Pod[] } = JSON.parse(
    succeed(inNamespace("get", "pods", "-l", selector, "-o", "json")),
  );
  return items
    .filter(({ metadata, status }) => !metadata.deletionTimestamp && status.containerStatuses?.[0]?.state.running)
    .map(({ metadata }) => metadata.name);
}

afterAll(wait);

test("it is gone long before its grace period ends", async () => {
  wait();
  const before = running();
  succeed(inNamespace("delete", "pod", ...before, "--wait=false"));
  const [started = ""] = await eventually(
    async () => running().filter((name) => !before.includes(name)),
    (names) => names.length > 0,
    60,
  );
  succeed(inNamespace("delete", "pod", started, "--wait=false"));
  const gone = inNamespace("wait", "--for=delete", `pod/${started}`, "--timeout=60s");
  expect([gone.code, gone.stderr]).toEqual([0, ""]);
});
