/** The objects of a trial: a namespace like the site's, its own network policies, and pods that ask. */
import type { KubernetesObject } from "../needs.ts";
import { list, record } from "../values.ts";
import { containerName, type Image, imagesPod, tried } from "./images.ts";
import type { Question } from "./questions.ts";

/** A pod that asks: as pods of a site's web are, or one of ours. */
export interface Asker {
  readonly name: string;
  readonly questions: readonly Question[];
  /** The Deployment whose pods it is like; absent for pods that carry `labels` alone. */
  readonly like?: KubernetesObject | undefined;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface TrialPlan {
  /** Of this run alone. */
  readonly namespace: string;
  /** What the namespaces of all runs for this stack begin with. */
  readonly prefix: string;
  /** The site's own, whose Pod Security level the trial's gets as well. */
  readonly siteNamespace: KubernetesObject | undefined;
  readonly policies: readonly KubernetesObject[];
  /** A Deployment whose pods' settings all pods of the trial have. */
  readonly model: KubernetesObject;
  /** An image with Python. */
  readonly image: string;
  /** All of the stack. */
  readonly images: readonly Image[];
  readonly script: string;
}

export const listenerPort = 8080;
/** What says that a namespace is a trial's, and may go. */
export const trialLabel = { "ckan-environments/preflight": "trial" };
const openLabel = { "ckan-environments/preflight": "open" };

/** Refuses pods that the site's own namespace would refuse. */
export function namespaceOf({ namespace, siteNamespace }: TrialPlan): object {
  const own = siteNamespace?.metadata.labels ?? {};
  const security = Object.entries(own).filter(([key]) => key.startsWith("pod-security.kubernetes.io/"));
  const labels = { ...trialLabel, ...Object.fromEntries(security) };
  return { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels } };
}

/** The site's own policies, and one for the pods that may do everything. */
export function trialPolicies({ namespace, policies }: TrialPlan): readonly object[] {
  const everything = { podSelector: { matchLabels: openLabel }, policyTypes: ["Ingress", "Egress"] };
  return [
    policy(namespace, "preflight-open", { ...everything, ingress: [{}], egress: [{}] }),
    ...policies.map(({ metadata, spec = {} }) => policy(namespace, metadata.name, spec)),
  ];
}

/** The policies of the site that speak of these pods, whoever else they speak of. */
export function policiesFor(
  objects: readonly KubernetesObject[],
  namespace: string | undefined,
  labels: Readonly<Record<string, unknown>>,
): readonly KubernetesObject[] {
  return objects.filter(({ kind, metadata, spec = {} }) => {
    if (kind !== "NetworkPolicy" || metadata.namespace !== namespace) return false;
    const wanted = record(record(spec["podSelector"])["matchLabels"]);
    return Object.entries(wanted).every(([key, value]) => labels[key] === value);
  });
}

/** Waits to be reached. */
export function listener(plan: TrialPlan): object {
  return pod(plan, { name: "listener", labels: openLabel, questions: [] }, ["listen", String(listenerPort)]);
}

/** Pods that ask whether the listener is reached: one that may do everything, and one that may do nothing. */
export function enforcementAskers(listenerAddress: string): readonly [open: Asker, sealed: Asker] {
  const question = { host: listenerAddress, port: listenerPort, remedy: "" };
  return [
    { name: "open", labels: openLabel, questions: [{ ...question, need: "open", ask: "tcp" }] },
    { name: "sealed", labels: {}, questions: [{ ...question, need: "sealed", ask: "silent" }] },
  ];
}

export function askingPod(plan: TrialPlan, asker: Asker): object {
  return pod(plan, asker, []);
}

/** Seconds after which Kubernetes ends a pod that nobody took away. */
const longestSeconds = 300;

function pod(plan: TrialPlan, asker: Asker, args: readonly string[]): object {
  const template = templateOf(asker.like ?? plan.model);
  const container = {
    name: "trial",
    image: plan.image,
    command: ["python3", "-c", plan.script, ...args],
    env: [{ name: "QUESTIONS", value: JSON.stringify(asker.questions) }],
    resources: {
      requests: { cpu: "50m", memory: "64Mi", "ephemeral-storage": "10Mi" },
      limits: { cpu: "500m", memory: "128Mi", "ephemeral-storage": "10Mi" },
    },
  };
  return podWith(plan, asker.name, asker.labels ?? record(template["metadata"])["labels"], template, [container]);
}

/** Whether its program is there, and starts, is all the same: by then the image has been pulled. */
export function pullingPod(plan: TrialPlan): object {
  const containers = tried(plan.images).map(({ image }, index) => ({
    name: containerName(index),
    image,
    command: ["true"],
    resources: {
      requests: { cpu: "10m", memory: "16Mi", "ephemeral-storage": "10Mi" },
      limits: { cpu: "100m", memory: "64Mi", "ephemeral-storage": "10Mi" },
    },
  }));
  return podWith(plan, imagesPod, {}, templateOf(plan.model), containers);
}

function podWith(
  { namespace }: TrialPlan,
  name: string,
  labels: unknown,
  template: Readonly<Record<string, unknown>>,
  containers: readonly object[],
): object {
  const spec = record(template["spec"]);
  const securityContext = list(spec["containers"])[0]?.["securityContext"];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, labels },
    spec: {
      ...placed(spec),
      restartPolicy: "Never",
      terminationGracePeriodSeconds: 0,
      activeDeadlineSeconds: longestSeconds,
      containers: containers.map((container) => ({ ...container, securityContext })),
    },
  };
}

/** Where the site's pods run, and as whom. Everything else leads to objects that only the stack makes, or that have a row of their own. */
function placed(spec: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const kept = ["securityContext", "nodeSelector", "tolerations", "enableServiceLinks", "automountServiceAccountToken"];
  return Object.fromEntries(kept.filter((key) => spec[key] !== undefined).map((key) => [key, spec[key]]));
}

export function templateOf({ spec = {} }: KubernetesObject): Readonly<Record<string, unknown>> {
  return record(spec["template"]);
}

function policy(namespace: string, name: string, spec: object): object {
  return { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name, namespace }, spec };
}
