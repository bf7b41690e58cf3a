/** The pods of a trial, for the stacks that are committed. */
import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { loadEnvironment } from "../../components/environment/load.ts";
import type { KubernetesObject } from "../../preflight/needs.ts";
import { askingPod, listener, namespaceOf, pullingPod } from "../../preflight/pods/manifests.ts";
import { trialOf } from "../../preflight/pods/plan.ts";
import { unasked } from "../../preflight/pods/questions.ts";
import { synthesizeStack } from "../../render/stack.ts";
import { objectsOf } from "../support/objects.ts";

async function trial(stack: string, image?: string) {
  const objects = objectsOf(await synthesizeStack(stack)) as unknown as readonly KubernetesObject[];
  const { instances } = loadEnvironment(new pulumi.Config("ckan"));
  return trialOf(stack, objects, instances, image, "0a1b2c3d");
}

type Pod = {
  readonly metadata: { readonly labels: Readonly<Record<string, string>>; readonly namespace: string };
  readonly spec: Readonly<Record<string, unknown>> & {
    readonly containers: readonly { readonly image: string; readonly env: readonly { readonly value: string }[] }[];
  };
};

test("a site's pod is under the very policies of the site's web", async () => {
  const { plan, sites } = await trial("prod");
  expect(plan.namespace).toBe("ckan-preflight-prod-0a1b2c3d");
  expect(plan.policies.map(({ metadata }) => metadata.name)).toEqual(["opendata-web", "default-deny"]);
  const [site] = sites;
  if (site === undefined) throw new Error("no site");
  const { metadata } = askingPod(plan, site) as Pod;
  expect(metadata).toMatchObject({
    namespace: "ckan-preflight-prod-0a1b2c3d",
    labels: { "app.kubernetes.io/component": "web", "app.kubernetes.io/instance": "opendata" },
  });
});

test("it asks for names, and for what exists before the stack: of production's servers Google's store alone", async () => {
  const { sites } = await trial("prod");
  expect(sites.flatMap(({ questions }) => questions.map(({ need }) => need))).toEqual([
    "names resolve for pods of opendata, under its network policies",
    "Google's store storage.googleapis.com:443",
  ]);
});

test("the namespace refuses what the site's own would, and says whose it is", async () => {
  const { plan } = await trial("prod");
  expect(namespaceOf(plan)).toEqual({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name: "ckan-preflight-prod-0a1b2c3d",
      labels: {
        "ckan-environments/preflight": "trial",
        "pod-security.kubernetes.io/audit": "restricted",
        "pod-security.kubernetes.io/enforce": "restricted",
        "pod-security.kubernetes.io/warn": "restricted",
      },
    },
  });
});

test.each(["dev", "staging", "prod"])("pods of %s need nothing that only the stack makes", async (stack) => {
  const { plan, sites } = await trial(stack, "docker.io/library/python:3.13.9-slim");
  const own = [listener(plan), ...sites.map((site) => askingPod(plan, site))] as readonly Pod[];
  for (const pod of [...own, pullingPod(plan) as Pod]) {
    const { containers, ...spec } = pod.spec;
    expect(Object.keys(spec).sort()).toEqual([
      "activeDeadlineSeconds",
      "automountServiceAccountToken",
      "enableServiceLinks",
      "restartPolicy",
      "securityContext",
      "terminationGracePeriodSeconds",
    ]);
    if (own.includes(pod))
      expect(containers.map(({ image }) => image)).toEqual(["docker.io/library/python:3.13.9-slim"]);
  }
});

test("what no pod asks is said for each site that has it", async () => {
  await synthesizeStack("prod");
  const { instances } = loadEnvironment(new pulumi.Config("ckan"));
  const [[name, site] = []] = Object.entries(instances);
  if (name === undefined || site === undefined) throw new Error("no site");
  const outgoing = [{ networks: ["203.0.113.0/24"], port: 443 }];
  expect(unasked({ [name]: { ...site, outgoing } })).toMatchObject([
    { need: "servers that opendata reaches by outgoing", finding: "not known" },
  ]);
  expect(unasked({ [name]: { ...site, outgoing: [] } })).toEqual([]);
});

test("a namespace has a name of at most 63 characters, however long the stack's is", async () => {
  const objects = objectsOf(await synthesizeStack("prod")) as unknown as readonly KubernetesObject[];
  const { instances } = loadEnvironment(new pulumi.Config("ckan"));
  const { plan } = trialOf("p".repeat(100), objects, instances, undefined, "0a1b2c3d");
  expect(plan.namespace.length).toBeLessThanOrEqual(63);
  expect(plan.namespace.endsWith("-0a1b2c3d")).toBe(true);
});
