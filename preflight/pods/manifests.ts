/** Objects of a trial: a namespace like the site's, its network policies, and the pods that run checks. */
import type { KubernetesObject } from "../needs.ts";
import { list, record } from "../values.ts";
import { containerName, type Image, imagesPod, tried } from "./images.ts";
import type { Question } from "./questions.ts";

/** A pod that runs checks: like a site's web pods, or one of preflight's own. */
export interface Asker {
  readonly name: string;
  readonly questions: readonly Question[];
  /** The Deployment whose pods it imitates; absent for pods that have only `labels`. */
  readonly like?: KubernetesObject | undefined;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface TrialPlan {
  /** Used by this run only. */
  readonly namespace: string;
  /** Common prefix of the namespaces of all runs for this stack. */
  readonly prefix: string;
  /** The site's namespace; the trial's gets the same Pod Security level. */
  readonly siteNamespace: KubernetesObject | undefined;
  readonly policies: readonly KubernetesObject[];
  /** A Deployment whose pod settings all pods of the trial share. */
  readonly model: KubernetesObject;
  /** An image that contains Python. */
  readonly image: string;
  /** All images of the stack. */
  readonly images: readonly Image[];
  readonly script: string;
}

export const listenerPort = 8080;
/** Marks a trial's namespace, which may be deleted. */
export const trialLabel = { "ckan-environments/preflight": "trial" };
const openLabel = { "ckan-environments/preflight": "open" };

/** Rejects the same pods as the site's own namespace. */
export function namespaceOf({ namespace, siteNamespace }: TrialPlan): object {
  const own = siteNamespace?.metadata.labels ?? {};
  const security = Object.entries(own).filter(([key]) => key.startsWith("pod-security.kubernetes.io/"));
  const labels = { ...trialLabel, ...Object.fromEntries(security) };
  return { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels } };
}

/** The site's own policies, and one that allows everything for certain pods. */
export function trialPolicies({ namespace, policies }: TrialPlan): readonly object[] {
  const everything = { podSelector: { matchLabels: openLabel }, policyTypes: ["Ingress", "Egress"] };
  return [
    policy(namespace, "preflight-open", { ...everything, ingress: [{}], egress: [{}] }),
    ...policies.map(({ metadata, spec = {} }) => policy(namespace, metadata.name, spec)),
  ];
}

/** The site's policies that select these pods, even if they select others as well. */
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

/** Listens for connections. */
export function listener(plan: TrialPlan): object {
  return pod(plan, { name: "listener", labels: openLabel, questions: [] }, ["listen", String(listenerPort)]);
}

/** Pods that connect to the listener: one that may do everything, and one that may do nothing. */
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

/** Seconds after which Kubernetes kills a pod that was left behind. */
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

/** It does not matter whether the command exists or starts: by then the image has been pulled. */
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

/**
 * Placement and security context of the site's pods. Other fields refer to objects that only the stack creates, or that have a row of
 * their own.
 */
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
