/** Whether the nodes get the stack's images: which are tried, and what a pod's status says of each. */
import { expect, test } from "vitest";
import type { Cluster } from "../../preflight/cluster/api.ts";
import type { KubernetesObject } from "../../preflight/needs.ts";
import { type Image, imageRows, imagesOf, isTold } from "../../preflight/pods/images.ts";
import { look, type PodEnd } from "../../preflight/pods/looking.ts";
import { runTrial } from "../../preflight/pods/trial.ts";
import { Finding } from "../../preflight/row.ts";
import { synthesizeStack } from "../../render/stack.ts";
import { objectsOf } from "../support/objects.ts";

const object = (kind: string, name: string, spec: object): KubernetesObject => ({
  apiVersion: "example/v1",
  kind,
  metadata: { name, namespace: "site" },
  spec: spec as Record<string, unknown>,
});
const pod = (images: readonly string[], more: object = {}) => ({
  template: { spec: { containers: images.map((image) => ({ image })), ...more } },
});

test("every image of every kind of pod is tried once, those behind a password of the stack's not at all", () => {
  const locked = { imagePullSecrets: [{ name: "pull" }] };
  const objects = [
    object("Deployment", "web", pod(["ckan:1", "nginx:1"], { initContainers: [{ image: "wait:1" }] })),
    object("StatefulSet", "search", pod(["solr:9"])),
    object("Job", "bootstrap", pod(["ckan:1"])),
    object("CronJob", "backup", { jobTemplate: { spec: pod(["rclone:1"]) } }),
    object("Cluster", "database", { imageName: "postgresql:17" }),
    object("Deployment", "other", pod(["private:1", "nginx:1"], locked)),
    object("Service", "web", {}),
  ];
  expect(imagesOf(objects)).toEqual([
    { image: "ckan:1", by: "Deployment web", isLocked: false },
    { image: "nginx:1", by: "Deployment web", isLocked: false },
    { image: "postgresql:17", by: "Cluster database", isLocked: false },
    { image: "private:1", by: "Deployment other", isLocked: true },
    { image: "rclone:1", by: "CronJob backup", isLocked: false },
    { image: "solr:9", by: "StatefulSet search", isLocked: false },
    { image: "wait:1", by: "Deployment web", isLocked: false },
  ]);
});

test.each(["dev", "staging", "prod"])("no image of %s is left out", async (stack) => {
  const objects = objectsOf(await synthesizeStack(stack)) as unknown as readonly KubernetesObject[];
  const written = new Set(
    [...JSON.stringify(objects).matchAll(/"image(?:Name)?":"([^"]+)"/g)].map(([, image]) => image),
  );
  expect(imagesOf(objects).map(({ image }) => image)).toEqual([...written].sort());
});

const images: readonly Image[] = ["a:1", "b:1", "c:1", "d:1", "e:1", "f:1"].map((image) => ({
  image,
  by: "Deployment web",
  isLocked: image === "c:1",
}));
const waiting = (reason: string, message?: string) => ({ waiting: { reason, message } });

/** A cluster whose one pod has this status. */
function showing(status: object, log = ""): Cluster {
  return {
    read: async () => ({ kind: "absent" }),
    kubectl: async ([verb]) => ({
      code: 0,
      stdout: verb === "logs" ? log : JSON.stringify({ items: [{ metadata: { name: "images" }, status }] }),
      reason: "",
    }),
  };
}

async function seen(status: object, log?: string): Promise<PodEnd | undefined> {
  return (await look(showing(status, log), "trial", ["images"], () => true)).pods[0];
}

test("an image that was pulled is told from one that was not by its container's state, whatever became of that", async () => {
  const states = [
    { terminated: { exitCode: 128, reason: "StartError" } },
    waiting("ErrImagePull", "not found"),
    // c:1 is not tried.
    waiting("CreateContainerConfigError", "container has runAsNonRoot and image will run as root"),
    waiting("ContainerCreating"),
    { terminated: { exitCode: 0, reason: "Completed" } },
  ];
  const containerStatuses = states.map((state, index) => ({ name: `image-${index}`, state, imageID: "" }));
  const end = await seen({ phase: "Pending", containerStatuses });
  if (end === undefined) throw new Error("no pod");
  expect(isTold(end, images)).toBe(false);
  expect(imageRows(images, end).map(({ need, finding, seen: words }) => `${finding} ${need}: ${words}`)).toEqual([
    "ok image a:1: can be pulled",
    "MISSING image b:1: ErrImagePull: not found",
    "not known image c:1: not tried: it is pulled with a password of the stack's",
    "ok image d:1: can be pulled",
    "not known image e:1: not pulled so far: ContainerCreating",
    "ok image f:1: can be pulled",
  ]);
});

test.each([
  ["ErrImagePull", "failed"],
  ["ImagePullBackOff", "failed"],
  ["InvalidImageName", "failed"],
  ["ErrImageNeverPull", "failed"],
  ["ImageInspectError", "failed"],
  ["RegistryUnavailable", "failed"],
  ["CreateContainerError", "pulled"],
  ["RunContainerError", "pulled"],
  ["ContainerCreating", undefined],
  ["PodInitializing", undefined],
])("a container that waits for %s has its image %s", async (reason, end) => {
  const containerStatuses = [{ name: "image-0", state: waiting(reason), imageID: "" }];
  expect((await seen({ phase: "Pending", containerStatuses }))?.pulls.map((pull) => pull.end)).toEqual([end]);
});

test("a pod of which nothing is heard leaves all images not known", () => {
  expect(imageRows(images.slice(0, 1), undefined)).toEqual([
    {
      need: "image a:1",
      finding: Finding.NotKnown,
      seen: "not pulled so far: nothing was heard of the pod that tries it",
      remedy: expect.any(String),
    },
  ]);
});

const model = object("Deployment", "web", pod(["a:1"]));
const ours = {
  namespace: "trial-a",
  prefix: "trial-",
  siteNamespace: undefined,
  policies: [],
  image: "a:1",
  script: "",
};
const plan = { ...ours, model, images: images.slice(0, 1) };

/** A cluster in which pods have these states, and whose API server refuses the objects of this name. */
function trying(states: Readonly<Record<string, object>>, refused?: string) {
  const made: string[] = [];
  const items = Object.entries(states).map(([name, state]) => ({
    metadata: { name },
    status: { phase: "Pending", podIP: "10.1.0.7", containerStatuses: [{ name: "image-0", state }], ...state },
  }));
  const cluster: Cluster = {
    read: async () => ({ kind: "absent" }),
    kubectl: async ([verb], input) => {
      const objects = (input as { readonly items?: readonly KubernetesObject[] } | undefined)?.items ?? [];
      if (verb === "create") made.push(...objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
      const isRefused = objects.some(({ metadata }) => metadata.name === refused);
      return isRefused
        ? { code: 1, stdout: "", reason: "Error from server (Forbidden): no" }
        : { code: 0, stdout: JSON.stringify({ items }), reason: "" };
    },
  };
  return { cluster, made };
}

test("images are tried also where the trial's own pods do not start", async () => {
  const { cluster, made } = trying({ listener: waiting("ErrImagePull"), images: waiting("ErrImagePull") });
  const rows = await runTrial(cluster, plan, []);
  expect(made).toEqual(["Namespace trial-a", "NetworkPolicy preflight-open", "Pod listener", "Pod images"]);
  expect(rows.map(({ need, finding }) => [need, finding])).toEqual([
    ["pods start from a:1", Finding.Missing],
    ["image a:1", Finding.Missing],
  ]);
});

test.each([
  ["images", ["network policies are enforced", Finding.NotKnown], ["a pod with the stack's images", Finding.Missing]],
  ["open", ["pods for a trial", Finding.Missing], ["image a:1", Finding.Met]],
])("a cluster that refuses the pod %s tells what the others find", async (refused, ...found) => {
  const ended = { phase: "Succeeded", terminated: { exitCode: 0 } };
  const { cluster } = trying({ listener: { phase: "Running" }, open: ended, sealed: ended, images: ended }, refused);
  expect((await runTrial(cluster, plan, [])).map(({ need, finding }) => [need, finding])).toEqual(found);
});

test("a pod that broke off has its last words as the reason, one that still runs at the end has said what it said", async () => {
  const trace = 'Traceback (most recent call last):\n  File "<string>", line 1\n{"need"\nImportError: no module\n';
  expect((await seen({ phase: "Failed" }, trace))?.reason).toBe("ImportError: no module");
  const late = await look(
    showing({ phase: "Running" }, '{"need":"it","ok":true}\n'),
    "trial",
    ["images"],
    () => false,
    0,
  );
  expect(late.pods[0]?.log).toBe('{"need":"it","ok":true}\n');
});

test.each(["<html>", "null", "[]", '{"items":[null,{}]}', '{"items":'])(
  "a list of pods such as %s is none",
  async (stdout) => {
    const cluster: Cluster = { ...showing({}), kubectl: async () => ({ code: 0, stdout, reason: "" }) };
    const { pods } = await look(cluster, "trial", ["images"], () => true, 0);
    expect(pods).toEqual([undefined]);
  },
);
