/**
 * Pods that come and go by autoscalers, through the real CLI, provider, API server and controllers; KEDA's definitions are the real
 * ones. Proves that the server takes every field, that `up` waits for KEDA, and that Pulumi and autoscalers leave each other alone.
 * Does not prove: that KEDA counts jobs (the test writes its status and its number of pods; test/variants/keda.test.ts has the real one).
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { customResourceDefinitions } from "../../toolchain/crds.ts";
import { withControllers } from "./support/controllers.ts";
import { Engine, type Operation, readStackFile, rootSecret } from "./support/engine.ts";

const up = ["up", "--yes", "--skip-preview"] as const;
const web = { scaling: { minimum: 2, maximum: 4, cpuPercent: 200 } };
const loads = { scaling: { kind: "keda", minimum: 0, maximum: 3 } };
const bulk = { replicas: 2, queues: ["bulk"], terminationGracePeriodSeconds: 660 };
const password = "password of the puller";
const registry = { server: "registry.example.org", user: "puller", passwordFrom: "registryPassword" };

let engine: Engine;

beforeAll(async () => {
  engine = await Engine.start();
  const files = (await customResourceDefinitions("keda")).flatMap((file) => ["-f", file]);
  engine.kubectl("apply", "--server-side", ...files);
  engine.kubectl("wait", "crd", "--all", "--for=condition=Established", "--timeout=60s");
});

afterAll(() => engine.stop());

describe("A site whose pods come and go", () => {
  test("comes up, once KEDA is ready for its workers", async () => {
    configure({ web, workers: { default: loads, bulk } });
    expect(await succeeded()).toBe("");
    expect(names("horizontalpodautoscalers,scaledobjects,triggerauthentications,poddisruptionbudgets")).toEqual([
      "HorizontalPodAutoscaler opendata-web",
      "PodDisruptionBudget opendata-web",
      "PodDisruptionBudget opendata-worker",
      "PodDisruptionBudget opendata-worker-bulk",
      "ScaledObject opendata-worker",
      "TriggerAuthentication opendata-worker",
    ]);
  });

  test("has as many web pods as the autoscaler wants: no Deployment says otherwise", () => {
    untilPods("web", 2);
    untilPods("worker", 1);
    untilPods("worker-bulk", 2);
  });

  test("does not change with another preview or a refresh, whatever number an autoscaler chose", () => {
    scale("web", 3);
    scale("worker", 0);
    expect(engine.operations()).toEqual([]);
    const refresh = engine.pulumi("refresh", "--preview-only", "--expect-no-changes");
    expect([refresh.code, refresh.code === 0 ? "" : refresh.output]).toEqual([0, ""]);
  });

  test("keeps the autoscalers' numbers through an up that changes every pod, none of a worker included", async () => {
    configure({ web, workers: { default: loads, bulk }, site: { title: "Other" } });
    expect(await succeeded()).toBe("");
    untilPods("web", 3);
    untilPods("worker", 0);
  });

  test("changes one object when one bound changes", () => {
    const more = { scaling: { ...loads.scaling, maximum: 5 } };
    configure({ web, workers: { default: more, bulk }, site: { title: "Other" } });
    expect(engine.operations().map(short)).toEqual(["update kubernetes:keda.sh/v1alpha1:ScaledObject opendata-worker"]);
  });

  test("gets another pull Secret with another password, and no object has it in plain text", () => {
    const before = names("secrets").filter((name) => name.includes("registries"));
    configure({ web, workers: { default: loads, bulk }, site: { title: "Other" } }, "another password");
    const changed = engine.operations().map(short);
    expect(changed.filter((line) => /Secret|Deployment/.test(line)).sort()).toEqual([
      "create kubernetes:core/v1:Secret opendata-registries",
      "delete kubernetes:core/v1:Secret opendata-registries",
      "update kubernetes:apps/v1:Deployment opendata-web",
      "update kubernetes:apps/v1:Deployment opendata-worker",
      "update kubernetes:apps/v1:Deployment opendata-worker-bulk",
    ]);
    expect(before.length).toBe(1);
    const kinds = "deployments,statefulsets,cronjobs,jobs,pods,configmaps,scaledobjects,triggerauthentications,events";
    const open = [
      engine.pulumi("stack", "export").output,
      engine.kubectl("get", kinds, "-n", "opendata-dev", "-o", "json"),
    ];
    const spellings = [
      password,
      Buffer.from(password).toString("base64"),
      Buffer.from(`puller:${password}`).toString("base64"),
    ];
    expect(spellings.filter((spelling) => open.some((text) => text.includes(spelling)))).toEqual([]);
  });

  test("goes back to numbers of its own, if need be by a refresh: the autoscaler acts until it is gone", async () => {
    configure({ web: { replicas: 1 }, workers: { default: { replicas: 2 }, bulk } });
    expect(await succeeded()).toBe("");
    expect(await succeeded("--refresh")).toBe("");
    untilPods("web", 1);
    untilPods("worker", 2);
    expect(engine.operations()).toEqual([]);
    expect(names("horizontalpodautoscalers,scaledobjects,triggerauthentications")).toEqual([]);
  });

  test("and on to autoscalers again", async () => {
    configure({ web, workers: { default: loads, bulk } });
    expect(await succeeded()).toBe("");
    untilPods("web", 2);
    expect(engine.operations()).toEqual([]);
  });
});

/** What `up` printed when it failed; nothing otherwise. */
async function succeeded(...options: readonly string[]): Promise<string> {
  const { code, output } = await withControllers(engine, engine.begin(...up, ...options), ["ScaledObject"]);
  return code === 0 ? "" : output;
}

function configure(site: object, registryPassword = password): void {
  const dev = readStackFile("dev");
  const { opendata } = dev["ckan:instances"] as { readonly opendata: object };
  engine.write({
    ...dev,
    "ckan:cluster": { ...(dev["ckan:cluster"] as object), registries: [registry] },
    // What five web pods and seven workers open.
    "ckan:instances": { opendata: { ...opendata, database: { maxConnections: 200 }, ...site } },
  });
  engine.setSecret("rootSecret", rootSecret);
  engine.setSecret("registryPassword", registryPassword);
}

/** Objects of these kinds as the API server has them. */
function names(kinds: string): readonly string[] {
  return engine
    .kubernetes(kinds, "-n", "opendata-dev")
    .items.map(({ kind, metadata }) => `${kind} ${metadata.name}`)
    .sort();
}

/** What an autoscaler does, under its name: what kubectl itself writes, Pulumi takes for its own. */
function scale(part: string, replicas: number): void {
  const patch = JSON.stringify({ spec: { replicas } });
  const as = ["--subresource=scale", "--field-manager=kube-controller-manager", "--type=merge"];
  engine.kubectl("patch", "deployment", `opendata-${part}`, "-n", "opendata-dev", ...as, "-p", patch);
  untilPods(part, replicas);
}

/** Waits until the Deployment of a part wants so many pods. */
function untilPods(part: string, replicas: number): void {
  const wanted = `--for=jsonpath={.spec.replicas}=${replicas}`;
  engine.kubectl("wait", "deployment", `opendata-${part}`, "-n", "opendata-dev", wanted, "--timeout=60s");
}

/** `update kubernetes:apps/v1:Deployment opendata-web` */
function short({ op, urn }: Operation): string {
  const [, , types = "", name = ""] = urn.split("::");
  return `${op} ${types.split("$").at(-1)} ${name.replace(/-[0-9a-f]{8}$/, "")}`;
}
