/**
 * `npm run preflight` against the local cluster. For the dev stack it has everything. Of production's surroundings it has nothing, so that
 * each row that has to say so can be seen doing it. Does not prove: what GKE, Google and Cloudflare answer.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { localKubeconfig } from "../../toolchain/backend.ts";
import { projectRoot } from "../../toolchain/paths.ts";
import { kubectl, type Result, run, succeed } from "./support/commands.ts";

const folder = mkdtempSync(join(tmpdir(), "ckan-preflight-"));
const images = parse(readFileSync(join(projectRoot, "Pulumi.dev.yaml"), "utf8")).config["ckan:defaults"];

afterAll(() => rmSync(folder, { recursive: true }));

function preflight(...args: readonly string[]): Result {
  return run("npm", ["run", "--silent", "preflight", "--", ...args]);
}

/** Findings by what is needed. */
function rowsOf({ stdout }: Result): ReadonlyMap<string, string> {
  const rows = [...stdout.matchAll(/^ {2}(ok|MISSING|not known) +(.+?) {2,}(.*)$/gm)];
  return new Map(rows.map(([, finding = "", need = ""]) => [need, finding]));
}

/** Production's file for the local cluster, with this in place of what it says. */
function productionHere(change: (defaults: Record<string, unknown>) => void): string {
  const file = parse(readFileSync(join(projectRoot, "Pulumi.prod.yaml"), "utf8"));
  file.config["ckan:cluster"].context = "ckan-local";
  change(file.config["ckan:defaults"]);
  const path = join(folder, "Pulumi.prod.yaml");
  writeFileSync(path, stringify(file));
  process.env["KUBECONFIG"] = localKubeconfig;
  return path;
}

test("the dev stack finds everything that it needs", () => {
  const result = preflight("dev");
  expect([...rowsOf(result)].filter(([, finding]) => finding !== "ok")).toEqual([]);
  expect(result.code).toBe(0);
  for (const need of [
    "network policies are enforced",
    "names resolve for pods of opendata, under its network policies",
  ]) {
    expect([need, rowsOf(result).get(need)]).toEqual([need, "ok"]);
  }
});

test("production finds nothing of what surrounds it here, and is told what to do about each", () => {
  const path = productionHere(() => {});
  const result = preflight("prod", "--config-file", path, "--image", images.ckan.image);
  const missing = [...rowsOf(result)]
    .filter(([, finding]) => finding === "MISSING")
    .map(([need]) => need)
    // Where this machine reaches the internet, so do the pods and the node.
    .filter((need) => !/^(Google's store|image docker\.io\/)/.test(need));
  expect(missing).toEqual([
    // Its operators set it: the committed file has none.
    "ckan:rootSecret",
    "cert-manager.io/v1: Certificate",
    "gateway.networking.k8s.io/v1: Gateway, HTTPRoute",
    "keda.sh/v1alpha1: ScaledObject, TriggerAuthentication",
    "networking.gke.io/v1: GCPBackendPolicy, GCPGatewayPolicy, HealthCheckPolicy",
    "ClusterIssuer letsencrypt",
    "GatewayClass gke-l7-regional-external-managed",
    "metrics of pods (metrics.k8s.io)",
    "metrics of queues (external.metrics.k8s.io)",
    "pods in namespace keda, let in by opendata-queue",
    "Workload Identity for opendata-files-backup",
    "image registry.example.org/ckan/ckan:2.11.6-1",
    "image registry.example.org/ckan/solr:9.10.1-ckan2.11.6-1",
  ]);
  expect(result.stdout.match(/^ +-> /gm)?.length).toBeGreaterThanOrEqual(missing.length);
  expect(result.code).toBe(1);
});

test("an image that nobody can pull is told by the pod that does not start", () => {
  const path = productionHere(() => {});
  const rows = rowsOf(preflight("prod", "--config-file", path));
  expect(rows.get("pods start from registry.example.org/ckan/ckan:2.11.6-1")).toBe("MISSING");
});

test("a server that is not there is told by the site's own pod", () => {
  const path = productionHere((defaults) => {
    defaults["queue"] = {
      kind: "external",
      host: "192.0.2.1",
      networks: ["192.0.2.0/24"],
      passwordFrom: "queuePassword",
    };
  });
  writeFileSync(path, `${readFileSync(path, "utf8")}  ckan:queuePassword: password-of-the-queue\n`);
  const result = preflight("prod", "--config-file", path, "--image", images.ckan.image);
  expect(rowsOf(result).get("Redis 192.0.2.1:6379")).toBe("MISSING");
  expect(result.stdout).not.toContain("password-of-the-queue");
});

test("a namespace of somebody else's stays as it is, with a name like a trial's or a trial's label", () => {
  const others = ["ckan-preflight-prod-other", "ckan-preflight-prod-00000000"];
  for (const name of others) succeed(kubectl(["create", "namespace", name]));
  // As that of a run beside this one.
  succeed(kubectl(["label", "namespace", "ckan-preflight-prod-00000000", "ckan-environments/preflight=trial"]));
  try {
    preflight(
      "prod",
      "--config-file",
      productionHere(() => {}),
    );
    for (const name of others) {
      const phase = kubectl(["get", "namespace", name, "--output=jsonpath={.status.phase}"]).stdout;
      const pods = kubectl(["get", "pods", `--namespace=${name}`, "--output=name"]).stdout;
      expect([name, phase, pods]).toEqual([name, "Active", ""]);
    }
  } finally {
    succeed(kubectl(["delete", "namespace", ...others]));
  }
});

test("nothing is left of the trials", () => {
  const names = succeed(
    kubectl(["get", "namespaces", "--output=jsonpath={.items[?(@.status.phase=='Active')].metadata.name}"]),
  );
  expect(names.split(" ").filter((name) => name.startsWith("ckan-preflight"))).toEqual([]);
});
