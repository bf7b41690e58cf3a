/** A server that one pod runs: its volume, its address, its pod and who may talk to it. What four parts have in common. */
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Access } from "../../site/endpoints.ts";
import { durableVolume, type Protection } from "../durability.ts";
import { clientLabel, labels, selector } from "../labels.ts";
import { objectMetadata } from "../metadata.ts";
import { allow, fromNamespace, fromPods } from "../network.ts";
import { claimMount, type PodArgs, podTemplate } from "../pod.ts";
import { mainService } from "../service.ts";
import { volumeClaim } from "../storage.ts";
import { Replacement, rolloutTimeouts } from "../timeouts.ts";

export interface ServerArgs {
  readonly namespace: pulumi.Input<string>;
  /** The pod, without the data volume. */
  readonly pod: PodArgs;
  /** Port of the container and of the Service. */
  readonly port: number;
  /** Folder that holds the data. */
  readonly dataPath: string;
  /** Size of the data volume. It can grow where the storage class allows it, never shrink. */
  readonly storage: pulumi.Input<string>;
  /** StorageClass of the volume when it is made. @default the cluster's own */
  readonly storageClass?: string | undefined;
  readonly protection: Protection;
  /** Other namespaces whose pods may come in too. @default none */
  readonly namespaces?: readonly string[] | undefined;
}

export interface Server {
  /** Name of the Service, which pods of the namespace use as host. */
  readonly host: string;
  readonly access: Access;
}

/**
 * The volume is a claim of its own, not a template of the StatefulSet: templates cannot change, so that a volume could never
 * grow, and Pulumi could not protect it.
 */
export function declareServer(name: string, args: ServerArgs, options: pulumi.CustomResourceOptions): Server {
  const { namespace, port, pod, namespaces = [] } = args;
  const pods = selector(pod.identity);
  const clientLabels = clientLabel(pod.identity.component);
  const metadata = objectMetadata({ name, namespace, labels: labels(pod.identity) });

  const claim = new kubernetes.core.v1.PersistentVolumeClaim(
    `${name}-data`,
    volumeClaim({ ...metadata, name: `${name}-data`, size: args.storage, storageClass: args.storageClass }),
    { ...options, ...durableVolume(args.protection) },
  );
  new kubernetes.core.v1.Service(name, { metadata, spec: mainService(pods, port) }, options);
  new kubernetes.apps.v1.StatefulSet(
    name,
    {
      metadata,
      spec: {
        serviceName: name,
        replicas: 1,
        selector: { matchLabels: pods },
        template: podTemplate({
          ...pod,
          ports: { main: port },
          mounts: [claimMount("data", args.dataPath, claim.metadata.name), ...(pod.mounts ?? [])],
        }),
      },
    },
    { ...options, ...rolloutTimeouts(pod, Replacement.OldFirst) },
  );
  const from = [fromPods(clientLabels, port), ...namespaces.map((other) => fromNamespace(other, port))];
  new kubernetes.networking.v1.NetworkPolicy(name, { metadata, spec: allow({ pods, from }) }, options);
  return { host: name, access: { clientLabels, destination: { kind: "pods", labels: pods, port } } };
}
