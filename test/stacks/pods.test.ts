/** What a stack file may say of pods, held against the pods of every stack. */
import { describe, expect, test } from "vitest";
import {
  isOwnedAnnotation,
  isOwnedLabel,
  ownedVariable,
  type SitePodOptions,
} from "../../components/kubernetes/pod-options.ts";
import { podParts } from "../../components/site/pod-checks.ts";
import { instanceSettings } from "../../components/site/settings.ts";
import { resolveSecrets } from "../../config/arguments.ts";
import { deepMerge } from "../../config/merge.ts";
import { operated, operatedSecrets, type StackFile, stackFile } from "../support/configuration.ts";
import { objectsOf, workloads } from "../support/objects.ts";
import { declaredBy } from "../support/program.ts";
import { environments, stackFiles } from "../support/stacks.ts";

const component = "app.kubernetes.io/component";

const known = [];
for (const [name, declare] of Object.entries(environments)) known.push([name, objectsOf(await declare())] as const);

describe.each(known)("%s", (name, objects) => {
  const pods = workloads(objects);
  const [file]: readonly [StackFile, ...unknown[]] = stackFiles[name]?.() ?? [{}];
  const instances = Object.entries(file["ckan:instances"] as object);

  test("a stack file may speak of every part that runs in pods, and of no other", () => {
    for (const [site, own] of instances) {
      const parsed = instanceSettings.parse(deepMerge(file["ckan:defaults"] ?? {}, own));
      const settings = resolveSecrets(instanceSettings, parsed, (key) => key);
      const running = objects
        .filter(({ kind, metadata }) => kind === "Cluster" && metadata.labels?.["app.kubernetes.io/instance"] === site)
        .map(({ metadata }) => metadata.labels?.[component]);
      const parts = pods
        .filter(({ labels }) => labels["app.kubernetes.io/instance"] === site)
        .map(({ labels }) => labels[component]);
      expect([...podParts(settings)].sort()).toEqual([...parts, ...running].sort());
    }
  });

  /** What the file itself says of its pods. */
  const said = instances.flatMap(([, own]) => {
    const { parts = {}, ...all } = (own as { pods?: SitePodOptions }).pods ?? {};
    return [all, ...Object.values(parts)].flatMap(({ labels, annotations, environment }) =>
      Object.keys({ ...labels, ...annotations, ...environment }),
    );
  });
  const others = (keys: readonly string[], isOwned: (key: string) => boolean) =>
    [...new Set(keys)].filter((key) => !isOwned(key) && !said.includes(key));

  test("every variable, label and annotation of a pod is refused to whoever writes a stack file", () => {
    const names = pods.flatMap(({ containers }) => containers.flatMap(({ env = [] }) => env.map(({ name }) => name)));
    expect(others(names, (name) => ownedVariable(name) !== undefined)).toEqual([]);
    expect(
      others(
        pods.flatMap(({ labels }) => Object.keys(labels)),
        isOwnedLabel,
      ),
    ).toEqual([]);
    const templates = objects.map(({ spec }) => (spec?.template ?? spec?.jobTemplate?.spec.template)?.metadata);
    const annotations = templates.flatMap((metadata) => Object.keys((metadata as Annotated)?.annotations ?? {}));
    expect(others(annotations, isOwnedAnnotation)).toEqual([]);
  });
});

type Annotated = { readonly annotations?: Readonly<Record<string, string>> } | undefined;

const said = {
  nodeSelector: { pool: "portal" },
  tolerations: [{ key: "portal", operator: "Exists", effect: "NoSchedule" }],
  labels: { team: "portal" },
  annotations: { "example.org/contact": "portal" },
  environment: { TZ: "UTC" },
};

test("what is said of all pods of a site reaches every one of them", async () => {
  const objects = objectsOf(await declaredBy(stackFile({ opendata: { pods: said } })));
  const templates = objects.flatMap(({ spec }) => spec?.template ?? spec?.jobTemplate?.spec.template ?? []);
  expect(templates.length).toBeGreaterThan(7);
  for (const { metadata, spec } of templates) {
    expect(spec).toMatchObject({ nodeSelector: said.nodeSelector, tolerations: said.tolerations });
    expect(metadata).toMatchObject({ labels: said.labels, annotations: said.annotations });
    const containers = [...spec.containers, ...(spec.initContainers ?? [])];
    expect(containers.map(({ env = [] }) => env.at(-1))).toEqual(containers.map(() => ({ name: "TZ", value: "UTC" })));
  }
});

test("what is said of one part reaches it alone", async () => {
  const workers = { default: {}, bulk: { queues: ["bulk"] } };
  const pods = { parts: { "worker-bulk": { nodeSelector: { pool: "bulk" } } } };
  const objects = objectsOf(await declaredBy(stackFile({ opendata: { workers, pods } })));
  const selecting = objects.filter(({ spec }) => JSON.stringify(spec ?? {}).includes("nodeSelector"));
  expect(selecting.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
    "Deployment opendata-worker-bulk",
  ]);
});

test("servers that CloudNativePG runs and their pooler have it in the operator's words", async () => {
  const file = stackFile({ opendata: { ...operated, pods: said } }, operatedSecrets);
  const objects = objectsOf(await declaredBy(file));
  const specOf = (kind: string) => objects.find((object) => object.kind === kind)?.spec as Record<string, unknown>;
  expect(specOf("Cluster")).toMatchObject({
    affinity: { enablePodAntiAffinity: true, nodeSelector: said.nodeSelector, tolerations: said.tolerations },
    inheritedMetadata: { labels: said.labels, annotations: said.annotations },
    env: [{ name: "TZ", value: "UTC" }],
  });
  expect(specOf("Pooler")["template"]).toEqual({
    metadata: { labels: said.labels, annotations: said.annotations },
    spec: { containers: [], nodeSelector: said.nodeSelector, tolerations: said.tolerations },
  });
});
