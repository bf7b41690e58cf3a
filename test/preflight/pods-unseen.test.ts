/** A trial by an account that may make pods and not look at them; test/e2e/preflight.test.ts has one that may. */
import { expect, test, vi } from "vitest";
import type { Cluster } from "../../preflight/cluster/api.ts";
import { runTrial } from "../../preflight/pods/trial.ts";
import { Finding } from "../../preflight/row.ts";

test("pods that may not be seen are not waited for, and a namespace that stays is named", async () => {
  const forbidden = 'Error from server (Forbidden): pods is forbidden: User "visitor" cannot list resource "pods"';
  const cluster: Cluster = {
    read: async () => ({ kind: "absent" }),
    kubectl: async ([verb]) => ({ code: verb === "create" ? 0 : 1, stdout: "", reason: forbidden }),
  };
  const written = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const model = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" }, spec: {} };
  const ours = { namespace: "trial", prefix: "trial", image: "image", images: [], script: "" };
  const plan = { ...ours, siteNamespace: undefined, policies: [], model };
  const rows = await runTrial(cluster, plan, []);
  const lines = written.mock.calls.map(([line]) => String(line));
  written.mockRestore();
  expect(rows.map(({ need, finding }) => [need, finding])).toEqual([["pods for a trial", Finding.NotKnown]]);
  expect(lines.at(-1)).toContain("What to do: kubectl delete namespace trial");
});
