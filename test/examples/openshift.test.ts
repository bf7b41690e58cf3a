/** The example of a stack on OpenShift: what its constraint restricted-v2 asks for, and what the file shows. */
import { beforeAll, describe, expect, test } from "vitest";
import type { Declared } from "../../render/synthesize.ts";
import { type KubernetesObject, objectsOf, type Workload, workloads } from "../support/objects.ts";
import { declaredBy, find, refusalOf } from "../support/program.ts";
import { openShiftExample } from "../support/stacks.ts";

let resources: readonly Declared[];
let objects: readonly KubernetesObject[];
let pods: readonly Workload[];
beforeAll(async () => {
  resources = await declaredBy(openShiftExample(), "openshift");
  objects = objectsOf(resources);
  pods = workloads(objects);
});

/** Every value below a key of this name, wherever it stands. */
function valuesOf(value: unknown, wanted: string): readonly unknown[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => (key === wanted ? [item] : valuesOf(item, wanted)));
}

describe("restricted-v2 admits every pod:", () => {
  const ofEveryPod = (key: string) => pods.map(({ object }) => valuesOf(object, key));

  test.each([
    "runAsUser",
    "runAsGroup",
    "fsGroup",
    "fsGroupChangePolicy",
    "supplementalGroups",
    "seLinuxOptions",
    "hostPath",
    "hostNetwork",
    "hostPort",
    "privileged",
  ])("none names %s", (key) => {
    expect(ofEveryPod(key).flat()).toEqual([]);
  });

  /** The expectation that each container says it, and the pod itself as well where `inPod`. */
  const everywhere = (value: unknown, inPod: boolean) =>
    pods.map(({ containers }) => Array(containers.length + (inPod ? 1 : 0)).fill(value));

  test("each one and its containers are no root, and under the runtime's own seccomp profile", () => {
    expect(ofEveryPod("runAsNonRoot")).toEqual(everywhere(true, true));
    expect(ofEveryPod("seccompProfile")).toEqual(everywhere({ type: "RuntimeDefault" }, true));
  });

  test("each container gives up all capabilities and gains no rights", () => {
    expect(ofEveryPod("capabilities")).toEqual(everywhere({ drop: ["ALL"] }, false));
    expect(ofEveryPod("allowPrivilegeEscalation")).toEqual(everywhere(false, false));
  });

  test("there are as many as the example declares", () => {
    const titles = pods.map(
      ({ object: { kind, metadata } }) => `${kind} ${metadata.name.replace(/-[0-9a-f]{8}$/, "")}`,
    );
    expect(titles.sort()).toEqual([
      "CronJob opendata-recovery",
      "Deployment opendata-web",
      "Deployment opendata-worker",
      "Deployment opendata-worker-bulk",
      "Deployment opendata-worker-priority",
      "Job opendata-bootstrap",
      "Job opendata-files-setup",
      "StatefulSet opendata-database",
      "StatefulSet opendata-files",
      "StatefulSet opendata-queue",
      "StatefulSet opendata-search",
    ]);
  });
});

test("the Route, the autoscalers and the pull Secret are there", () => {
  const found = (kind: string) => objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name);
  expect({
    Route: found("Route"),
    HorizontalPodAutoscaler: found("HorizontalPodAutoscaler"),
    ScaledObject: found("ScaledObject"),
    TriggerAuthentication: found("TriggerAuthentication"),
  }).toEqual({
    Route: ["opendata-exposure"],
    HorizontalPodAutoscaler: ["opendata-web"],
    ScaledObject: ["opendata-worker", "opendata-worker-bulk"],
    TriggerAuthentication: ["opendata-worker", "opendata-worker-bulk"],
  });
  const { name } = (find(resources, "core/v1:Secret opendata-registries").inputs as { metadata: { name: string } })
    .metadata;
  expect(pods.map(({ pod }) => pod.imagePullSecrets)).toEqual(pods.map(() => [{ name }]));
});

test("the further settings and plugins of the example reach CKAN", () => {
  const { data } = find(resources, "core/v1:ConfigMap opendata-configuration").inputs as {
    data: Record<string, string>;
  };
  const ini = data["ckan.ini"]?.split("\n") ?? [];
  expect(ini.filter((line) => /^(?:ckan\.plugins|ckan\.locales_offered|ckanext\.dcat)/.test(line))).toEqual([
    "ckan.plugins = activity datastore datatables_view text_view image_view dcat archiver xloader s3filestore envvars",
    "ckan.locales_offered = en fr",
    "ckanext.dcat.base_uri = https://data.apps.example.org",
  ]);
});

test("without the password of its registry the example is refused, and says how to set it", async () => {
  const { "ckan:registryPassword": _, ...file } = openShiftExample();
  expect((await refusalOf(file)).message).toContain("run pulumi config set --secret ckan:registryPassword");
});
