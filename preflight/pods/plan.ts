/** Plans the pods of a trial for the sites of a stack. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import type { Instance } from "../../components/site/settings.ts";
import type { KubernetesObject } from "../needs.ts";
import { record } from "../values.ts";
import { imagesOf } from "./images.ts";
import { type Asker, policiesFor, type TrialPlan, templateOf } from "./manifests.ts";
import { nameQuestion, serverQuestions } from "./questions.ts";

export interface Trial {
  readonly plan: TrialPlan;
  readonly sites: readonly Asker[];
}

/** Kubernetes limits names to 63 characters. */
const longestStackName = 38;

/** Unique per run: concurrent runs have different process ids, and later ones start at a different time. */
export function thisRun(): string {
  return createHash("sha256").update(`${hostname()} ${process.pid} ${Date.now()}`).digest("hex").slice(0, 8);
}

export function trialOf(
  stack: string,
  objects: readonly KubernetesObject[],
  instances: Readonly<Record<string, Instance>>,
  image: string | undefined,
  run: string,
): Trial {
  const webs = Object.keys(instances).map((name) => [name, webOf(objects, name)] as const);
  const [[first = "", model]] = webs as [(typeof webs)[number]];
  const sites = webs.map(([name, web]) => ({
    name: `web-${name}`,
    like: web,
    questions: [nameQuestion(name), ...serverQuestions(name, instances[name] as Instance)],
  }));
  const prefix = `ckan-preflight-${stack.toLowerCase().slice(0, longestStackName)}-`;
  return {
    sites,
    plan: {
      namespace: `${prefix}${run}`,
      prefix,
      siteNamespace: objects.find(
        ({ kind, metadata }) => kind === "Namespace" && metadata.name === model.metadata.namespace,
      ),
      policies: distinct(webs.flatMap(([, web]) => policiesOf(objects, web))),
      model,
      image: image ?? (instances[first] as Instance).ckan.image,
      images: imagesOf(objects),
      script: readFileSync(new URL("trial.py", import.meta.url), "utf8"),
    },
  };
}

/** The web Deployment of a site: its pods talk to everything that a site needs. */
function webOf(objects: readonly KubernetesObject[], instance: string): KubernetesObject {
  const found = objects.find(
    ({ kind, metadata }) =>
      kind === "Deployment" &&
      metadata.labels?.["app.kubernetes.io/component"] === "web" &&
      metadata.labels["app.kubernetes.io/instance"] === instance,
  );
  if (found === undefined) throw new Error(`${instance} declares no web`);
  return found;
}

function policiesOf(objects: readonly KubernetesObject[], web: KubernetesObject): readonly KubernetesObject[] {
  const labels = record(record(templateOf(web)["metadata"])["labels"]);
  return policiesFor(objects, web.metadata.namespace, labels);
}

/** Sites may share a namespace, and so the policy for all its pods. */
function distinct(policies: readonly KubernetesObject[]): readonly KubernetesObject[] {
  return [...new Map(policies.map((policy) => [policy.metadata.name, policy])).values()];
}
