/** Stateless pods: their number and rollout, and the traffic to and from them. */
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Access } from "../../site/endpoints.ts";
import { disruptionBudget, rollingUpdate } from "../availability.ts";
import { labels, selector } from "../labels.ts";
import { type ObjectMetadata, objectMetadata } from "../metadata.ts";
import { allow, type Ingress } from "../network.ts";
import { type PodArgs, podTemplate } from "../pod.ts";
import { type CpuScaling, cpuAutoscaler, mostPods, type PodNumber } from "../scaling.ts";
import { Replacement, rolloutTimeouts } from "../timeouts.ts";

export interface DeploymentArgs {
  readonly namespace: pulumi.Input<string>;
  /** Several pods are spread over nodes and zones. */
  readonly pod: PodArgs;
  /** Allowed ingress. @default none */
  readonly from?: readonly Ingress[];
  /** Allowed egress. */
  readonly to: readonly Access[];
  /** Number of pods. @default one */
  readonly number?: PodNumber;
  /** Autoscaler by CPU use. @default none: `number` applies, or another autoscaler */
  readonly autoscaler?: CpuScaling | undefined;
  /** @default a new pod is ready before an old one goes */
  readonly replacement?: Replacement;
  /** Resources that must exist before the pods start, besides the network policy. @default none */
  readonly dependsOn?: readonly pulumi.Resource[];
}

export interface DeclaredDeployment {
  readonly deployment: kubernetes.apps.v1.Deployment;
  readonly metadata: ObjectMetadata;
  /** Labels of the pods, for a Service's selector. */
  readonly pods: Readonly<Record<string, string>>;
}

export function declareDeployment(
  name: string,
  args: DeploymentArgs,
  options: pulumi.CustomResourceOptions,
): DeclaredDeployment {
  const { namespace, from = [], to, number = {}, autoscaler, replacement = Replacement.NewFirst } = args;
  const most = mostPods(number);
  const pod = { ...args.pod, spread: most > 1 };
  const pods = selector(pod.identity);
  const metadata = objectMetadata({ name, namespace, labels: labels(pod.identity) });
  const policy = new kubernetes.networking.v1.NetworkPolicy(
    name,
    { metadata, spec: allow({ pods, from, to, resolvers: pod.settings?.dnsResolvers }) },
    options,
  );
  const deployment = new kubernetes.apps.v1.Deployment(
    name,
    {
      metadata,
      spec: {
        // A fixed number would override the autoscaler's at each `up`.
        ...(number.scaling === undefined && { replicas: number.replicas ?? 1 }),
        selector: { matchLabels: pods },
        strategy: replacement === Replacement.NewFirst ? rollingUpdate : { type: "Recreate" },
        template: podTemplate(pod),
      },
    },
    { ...options, dependsOn: [policy, ...(args.dependsOn ?? [])], ...rolloutTimeouts(pod, replacement, most) },
  );
  if (autoscaler !== undefined) {
    new kubernetes.autoscaling.v2.HorizontalPodAutoscaler(
      name,
      { metadata, spec: cpuAutoscaler(name, autoscaler) },
      { ...options, dependsOn: [deployment] },
    );
  }
  if (most > 1) {
    new kubernetes.policy.v1.PodDisruptionBudget(name, { metadata, spec: disruptionBudget(pods) }, options);
  }
  return { deployment, metadata, pods };
}
