/** What the API server has, as far as tests look at it. */
import type { LabelSelector } from "../../support/network-policies.ts";
import type { Labels } from "../../support/objects.ts";
import { kubectl, succeed } from "./commands.ts";

export interface LiveObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels?: Labels;
    readonly deletionTimestamp?: string;
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
  };
}

export interface LivePort {
  readonly name?: string;
  readonly containerPort: number;
  readonly protocol: string;
}

interface ContainerStatus {
  readonly name: string;
  readonly restartCount: number;
}

export interface LivePod extends LiveObject {
  readonly spec: {
    readonly containers: readonly { readonly name: string; readonly ports?: readonly LivePort[] }[];
  };
  readonly status: {
    readonly phase: string;
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

export interface LiveService extends LiveObject {
  readonly spec: {
    readonly clusterIP: string;
    readonly type: string;
    readonly selector?: NonNullable<LabelSelector["matchLabels"]>;
    readonly ports: readonly {
      readonly port: number;
      readonly targetPort: number | string;
      readonly nodePort?: number;
      readonly protocol: string;
    }[];
  };
}

export interface LiveNode extends LiveObject {
  readonly status: { readonly addresses: readonly { readonly type: string; readonly address: string }[] };
}

/** All objects of these kinds, such as `pods` or `services,endpointslices`; of every namespace unless one is named. */
export function list<T extends LiveObject>(kinds: string, namespace?: string): readonly T[] {
  const where = namespace === undefined ? ["--all-namespaces"] : ["--namespace", namespace];
  return JSON.parse(succeed(kubectl(["get", kinds, ...where, "-o", "json"]))).items;
}

export function isReady({ metadata, status }: LivePod): boolean {
  const ready = (status.conditions ?? []).some(({ type, status }) => type === "Ready" && status === "True");
  return ready && metadata.deletionTimestamp === undefined;
}
