/** The web pods of one CKAN site, and the Service in front of them. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { storagePath } from "../../ckan/settings.ts";
import { checkedAmong } from "../../config/arguments.ts";
import { configFiles } from "../kubernetes/declare/config-files.ts";
import { declareDeployment } from "../kubernetes/declare/deployment.ts";
import { durableVolume, type Protection } from "../kubernetes/durability.ts";
import { type Identity, labels, selector } from "../kubernetes/labels.ts";
import { fromAnywhere } from "../kubernetes/network.ts";
import { claimMount, type Mount, type PodArgs } from "../kubernetes/pod.ts";
import { type VolumeArgs, volumeClaim } from "../kubernetes/storage.ts";
import { Replacement } from "../kubernetes/timeouts.ts";
import type { Access, CkanRuntime, ObjectStore } from "../site/endpoints.ts";
import type { PartArgs } from "../site/part.ts";
import { proxyOptions, serverOptions } from "./arguments.ts";
import { closedFiles, type Maintenance } from "./closed.conf.ts";
import { slowestDrainSeconds } from "./drain.ts";
import { renderNginx } from "./nginx.conf.ts";
import { webPort } from "./options.ts";
import { serverFiles, webPod } from "./pod.ts";
import { type WebArgs, type WebSettings, webSettings } from "./settings.ts";

export interface CkanWebArgs extends PartArgs, WebArgs {
  readonly runtime: CkanRuntime;
  /** Name of the Service. */
  readonly host: string;
  /** Host name of the site, for requests without one. @default localhost */
  readonly siteHost?: string;
  /** Whether visitors reach the site by https. @default false */
  readonly https?: boolean;
  /** A second host name, for larger uploads than the proxy in front of the site accepts. @default none */
  readonly editorsHost?: string | undefined;
  /** Header that carries API tokens (apitoken_header_name). @default Authorization */
  readonly tokenHeader?: string;
  /** Largest resource that may be uploaded, in megabytes; it also limits the length of requests. @default 100 */
  readonly maximumUploadMegabytes?: number;
  /** Closes the site: every visitor gets 503, and CKAN does not run. @default open */
  readonly maintenance?: Maintenance | undefined;
  /** Object store for uploads. The site serves the files itself if browsers do not reach the store. @default none */
  readonly store?: ObjectStore | undefined;
  /** A volume for uploads instead of a store. Only one pod can mount it. @default none */
  readonly uploads?: (VolumeArgs & { readonly protection: Protection }) | undefined;
  /** Port on every node. @default none: the site is reachable inside the cluster only */
  readonly nodePort?: number | undefined;
}

/** The Service's port. */
export const webServicePort = { name: "http", number: 80 } as const;

export class CkanWeb extends pulumi.ComponentResource {
  constructor(name: string, args: CkanWebArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const settings = checkedAmong(webSettings, args, name);
    super("ckan:index:CkanWeb", name, {}, opts);
    const { namespace, instance, runtime } = args;
    const { replicas, scaling } = settings;
    const identity: Identity = { instance, component: "web", software: "ckan", version: runtime.version };
    const files = this.files(name, args, settings, identity);
    const { deployment, metadata, pods } = declareDeployment(
      name,
      {
        namespace,
        pod: podOf(args, settings, identity, files, this.storage(name, args, identity)),
        from: [fromAnywhere(webPort)],
        to: runtime.access,
        number: { replicas, scaling },
        autoscaler: scaling,
        // Only one pod can mount the volume, so the old pod must end before the new one starts.
        replacement: args.uploads === undefined ? Replacement.NewFirst : Replacement.OldFirst,
      },
      { parent: this },
    );
    new kubernetes.core.v1.Service(
      args.host,
      { metadata: { ...metadata, name: args.host }, spec: service(pods, args.nodePort) },
      { parent: this, dependsOn: [deployment] },
    );
    this.registerOutputs();
  }

  /** ConfigMaps of nginx and of CKAN's server. The server does not run while the site is closed. */
  private files(name: string, args: CkanWebArgs, settings: WebSettings, identity: Identity) {
    const { namespace, maintenance } = args;
    const declare = (called: string, data: Readonly<Record<string, string>>) =>
      configFiles(called, { namespace, identity, data }, { parent: this });
    if (maintenance !== undefined) return { proxy: declare(`${name}-nginx`, closedFiles(maintenance)) };
    return {
      proxy: declare(`${name}-nginx`, { "nginx.conf": renderNginx(proxyOptions(args, settings)) }),
      server: declare(name, serverFiles(serverOptions(settings))),
    };
  }

  /** The volume for uploads, if any. */
  private storage(name: string, args: CkanWebArgs, identity: Identity): Mount | undefined {
    if (args.uploads === undefined) return undefined;
    const claim = new kubernetes.core.v1.PersistentVolumeClaim(
      `${name}-uploads`,
      volumeClaim({
        name: `${name}-uploads`,
        namespace: args.namespace,
        labels: labels(identity),
        size: args.uploads.storage,
        storageClass: args.uploads.storageClass,
      }),
      { parent: this, ...durableVolume(args.uploads.protection) },
    );
    return claimMount("storage", storagePath, claim.metadata.name);
  }
}

/** Access to the web pods for other pods of the instance. They need no labels: the web pods accept traffic from anywhere. */
export function webAccess(instance: string): Access {
  const labels = selector({ instance, component: "web", software: "ckan" });
  return { clientLabels: {}, destination: { kind: "pods", labels, port: webPort } };
}

function service(pods: Readonly<Record<string, string>>, nodePort: number | undefined) {
  return {
    type: nodePort === undefined ? "ClusterIP" : "NodePort",
    selector: pods,
    ports: [
      {
        name: webServicePort.name,
        port: webServicePort.number,
        targetPort: webPort,
        protocol: "TCP",
        ...(nodePort !== undefined && { nodePort }),
      },
    ],
  };
}

function podOf(
  { runtime, store, pods }: CkanWebArgs,
  { nginx, resources, priorityClass, answerSeconds, drainSeconds = slowestDrainSeconds }: WebSettings,
  identity: Identity,
  files: { readonly proxy: pulumi.Input<string>; readonly server?: pulumi.Input<string> },
  storage: Mount | undefined,
): PodArgs {
  const pod = webPod({ runtime, identity, nginx, resources, answerSeconds, drainSeconds, store, files, storage });
  return { ...pod, priorityClass, settings: pods, serviceAccount: store?.serviceAccounts?.web };
}
