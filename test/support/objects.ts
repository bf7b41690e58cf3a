/** Kubernetes objects as the invariants look at them. */
import { isKubernetesObject, kubernetesObject } from "../../render/stack.ts";
import type { Declared } from "../../render/synthesize.ts";

export type Labels = Readonly<Record<string, string>>;

export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Labels;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Probe {
  readonly httpGet?: { readonly path: string };
  readonly exec?: { readonly command: readonly string[] };
}

export interface EnvEntry {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef?: { readonly name: string; readonly key: string } };
}

export interface Container {
  readonly name: string;
  readonly image: string;
  /** Of sidecars: Always. */
  readonly restartPolicy?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly EnvEntry[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly startupProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly resources: Readonly<Record<"requests" | "limits", Labels>>;
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly lifecycle?: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
}

export interface Volume {
  readonly name: string;
  readonly configMap?: { readonly name: string };
  readonly secret?: { readonly secretName: string };
  readonly persistentVolumeClaim?: { readonly claimName: string };
}

export interface PodSpec {
  readonly automountServiceAccountToken: boolean;
  readonly enableServiceLinks: boolean;
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly priorityClassName?: string;
  readonly terminationGracePeriodSeconds?: number;
  readonly imagePullSecrets?: readonly { readonly name: string }[];
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes: readonly Volume[];
}

export interface Port {
  readonly port: number;
  readonly protocol: string;
  readonly targetPort?: number;
  readonly nodePort?: number;
}

export interface Peer {
  readonly podSelector?: { readonly matchLabels: Labels };
  readonly namespaceSelector?: unknown;
  readonly ipBlock?: { readonly cidr: string };
}

export interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports: readonly Port[];
}

interface PodTemplate {
  readonly metadata: { readonly labels: Labels };
  readonly spec: PodSpec;
}

export interface Spec {
  readonly replicas?: number;
  readonly scaleTargetRef?: { readonly kind: string; readonly name: string };
  readonly maxReplicas?: number;
  readonly maxReplicaCount?: number;
  readonly secretTargetRef?: readonly { readonly name: string; readonly key: string }[];
  readonly selector?: Labels & { readonly matchLabels?: Labels };
  readonly template?: PodTemplate;
  readonly jobTemplate?: { readonly spec: { readonly template: PodTemplate } };
  readonly podSelector?: { readonly matchLabels?: Labels };
  readonly policyTypes?: readonly string[];
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
  readonly ports?: readonly Port[];
  readonly type?: string;
}

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly spec?: Spec;
  readonly data?: Labels;
  readonly stringData?: Labels;
}

export function objectsOf(resources: readonly Declared[]): readonly KubernetesObject[] {
  return resources.filter(isKubernetesObject).map((resource) => kubernetesObject(resource) as KubernetesObject);
}

/** Kind, namespace and name: by these the API server tells objects apart. */
export function address({ kind, metadata }: KubernetesObject): string {
  return [kind, metadata.namespace, metadata.name].filter((part) => part !== undefined).join(" ");
}

export interface Workload {
  readonly object: KubernetesObject;
  readonly address: string;
  readonly namespace: string;
  readonly labels: Labels;
  readonly pod: PodSpec;
  readonly containers: readonly Container[];
}

/** Sidecars among them, which serve as well. */
export function allContainers({ initContainers = [], containers }: PodSpec): readonly Container[] {
  return [...initContainers, ...containers];
}

/** Everything that makes pods. */
export function workloads(objects: readonly KubernetesObject[]): readonly Workload[] {
  return objects.flatMap((object) => {
    const template = object.spec?.template ?? object.spec?.jobTemplate?.spec.template;
    // A Database of an operator's has a template too: the name of one.
    if (typeof template !== "object") return [];
    return [
      {
        object,
        address: address(object),
        namespace: object.metadata.namespace ?? "",
        labels: template.metadata.labels,
        pod: template.spec,
        containers: allContainers(template.spec),
      },
    ];
  });
}

/** Most pods of a workload at a time; undefined where neither it nor what scales it says so, or both do. */
export function mostPodsOf({ object, namespace }: Workload, objects: readonly KubernetesObject[]): number | undefined {
  const scalers = objects.filter(({ metadata, spec }) => {
    const { kind, name } = spec?.scaleTargetRef ?? {};
    return metadata.namespace === namespace && kind === object.kind && name === object.metadata.name;
  });
  const said = [object.spec?.replicas, ...scalers.map(({ spec }) => spec?.maxReplicas ?? spec?.maxReplicaCount)];
  const numbers = said.filter((number) => number !== undefined);
  return numbers.length === 1 ? numbers[0] : undefined;
}

/** Whether labels fulfil a selector; an empty selector means everything. */
export function matches(selector: Labels, labels: Labels): boolean {
  return Object.entries(selector).every(([name, value]) => labels[name] === value);
}
