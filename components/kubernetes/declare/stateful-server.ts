/** A single-pod server: its volume, Service, pod and network policy. Four parts share it. */
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
  /** Size of the data volume. It can grow if the storage class allows it, but never shrink. */
  readonly storage: pulumi.Input<string>;
  /** StorageClass of a new volume. @default the cluster's default */
  readonly storageClass?: string | undefined;
  readonly protection: Protection;
  /** Other namespaces whose pods may connect as well. @default none */
  readonly namespaces?: readonly string[] | undefined;
}

export interface Server {
  /** Name of the Service: the host for pods in the namespace. */
  readonly host: string;
  readonly access: Access;
}

/**
 * The volume is a PersistentVolumeClaim of its own. StatefulSet templates cannot change, so a templated volume could never grow, and
 * Pulumi could not protect it.
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
