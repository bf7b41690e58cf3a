/** The web pods of one CKAN site, and the Service in front of them. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { storagePath } from "../../ckan/settings.ts";
import { configFiles } from "../kubernetes/declare/config-files.ts";
import { declareDeployment } from "../kubernetes/declare/deployment.ts";
import { durableVolume, type Protection } from "../kubernetes/durability.ts";
import { type Identity, labels, selector } from "../kubernetes/labels.ts";
import { fromAnywhere } from "../kubernetes/network.ts";
import { claimMount, type Mount, type PodArgs, type PodSettings, type Resources } from "../kubernetes/pod.ts";
import type { CpuScaling } from "../kubernetes/scaling.ts";
import { type VolumeArgs, volumeClaim } from "../kubernetes/storage.ts";
import { Replacement } from "../kubernetes/timeouts.ts";
import type { Access, CkanRuntime, ObjectStore } from "../site/endpoints.ts";
import { sizes } from "../site/sizes.ts";
import { proxyOptions, serverOptions } from "./arguments.ts";
import { closedFiles, type Maintenance } from "./closed.conf.ts";
import type { WebHeaders } from "./headers.ts";
import type { ProxyLimits } from "./limits.ts";
import { renderNginx } from "./nginx.conf.ts";
import { webPort } from "./options.ts";
import { type NginxArgs, serverFiles, webPod } from "./pod.ts";

export interface CkanWebArgs {
  readonly namespace: pulumi.Input<string>;
  /** Name of the CKAN instance, for labels. */
  readonly instance: string;
  readonly runtime: CkanRuntime;
  /** Name of the Service. */
  readonly host: string;
  /** Web pods; none of it beside `scaling`. @default 1 */
  readonly replicas?: number | undefined;
  /** An autoscaler decides how many web pods run. @default none: `replicas` do */
  readonly scaling?: CpuScaling | undefined;
  /** Processes in a pod, each of which answers one request at a time. @default 4 */
  readonly processes?: number;
  /**
   * Seconds for which CKAN may be silent: a request that hangs is ended then, alone. An answer that flows, such as a table that is
   * downloaded, may take longer. @default 60
   */
  readonly answerSeconds?: number;
  /** Seconds for which a pod that has to go takes requests on, until those who send them there have noticed. @default 45 */
  readonly drainSeconds?: number | undefined;
  /** nginx, in front of CKAN in every pod. */
  readonly nginx: NginxArgs;
  /** How much a pod takes at a time. @default `defaultLimits` */
  readonly limits?: Partial<ProxyLimits>;
  /** Who may say in X-Forwarded-For for whom a request is: networks, or `cloudflare`. Limits by address need it. @default nobody */
  readonly trustedProxies?: readonly string[];
  /** What browsers are told beside pages. */
  readonly headers?: WebHeaders;
  /** Name under which people reach the site, for requests that name none. @default localhost */
  readonly siteHost?: string;
  /** Whether they reach it by https. @default false */
  readonly https?: boolean;
  /** A further name, for those who send larger files than what stands in front of the site lets through. @default none */
  readonly editorsHost?: string | undefined;
  /** Header that carries API tokens (apitoken_header_name). @default Authorization */
  readonly tokenHeader?: string;
  /**
   * Seconds for which the front page, a page of datasets or the answer to a search of the API is given to further visitors who are
   * not logged in, and for as long again while it is made anew; they see a change that much later. 0: never. @default 5
   */
  readonly cacheSeconds?: number;
  /**
   * Seconds for which a cache in front of the site, such as Cloudflare's, may keep the front page and pages of datasets for those
   * visitors. What became private is seen that much longer.
   * @default 0: none may
   */
  readonly edgeCacheSeconds?: number | undefined;
  /** Largest resource that may be uploaded, and with it the longest request, in megabytes. @default 100 */
  readonly maximumUploadMegabytes?: number;
  /** Closes the site: every visitor gets 503, and CKAN does not run. @default open */
  readonly maintenance?: Maintenance | undefined;
  /** @default 250m to 1 processor, 768Mi to 1Gi */
  readonly resources?: Resources;
  /** Name of a PriorityClass of the cluster. @default the cluster's own */
  readonly priorityClass?: string | undefined;
  /** Where uploads go; the site hands files on when browsers do not reach the store. @default none */
  readonly store?: ObjectStore | undefined;
  /** A volume for uploads, instead of a store; only one pod can mount it. @default none */
  readonly uploads?: (VolumeArgs & { readonly protection: Protection }) | undefined;
  /** Port on every node. @default none: reached inside the cluster only */
  readonly nodePort?: number | undefined;
  /** What is the same for every pod of the instance. @default a fixed user, images that anybody may pull */
  readonly pods?: PodSettings | undefined;
}

/** The Service's port. */
export const webServicePort = { name: "http", number: 80 } as const;

export class CkanWeb extends pulumi.ComponentResource {
  constructor(name: string, args: CkanWebArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ckan:index:CkanWeb", name, {}, opts);
    const { namespace, instance, runtime, replicas, scaling } = args;
    const identity: Identity = { instance, component: "web", software: "ckan", version: runtime.version };
    const files = this.files(name, args, identity);
    const { deployment, metadata, pods } = declareDeployment(
      name,
      {
        namespace,
        pod: podOf(args, identity, files, this.storage(name, args, identity)),
        from: [fromAnywhere(webPort)],
        to: runtime.access,
        number: { replicas, scaling },
        autoscaler: scaling,
        // A volume that one pod mounts must be let go before the next pod can have it.
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

  /** The files of nginx and of CKAN's server, which does not run while the site is closed. */
  private files(name: string, args: CkanWebArgs, identity: Identity) {
    const { namespace, maintenance } = args;
    const declare = (called: string, data: Readonly<Record<string, string>>) =>
      configFiles(called, { namespace, identity, data }, { parent: this });
    if (maintenance !== undefined) return { proxy: declare(`${name}-nginx`, closedFiles(maintenance)) };
    return {
      proxy: declare(`${name}-nginx`, { "nginx.conf": renderNginx(proxyOptions(args)) }),
      server: declare(name, serverFiles(serverOptions(args))),
    };
  }

  /** The volume for uploads, where there is one. */
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

/** The way to the web pods of an instance, for its other pods: from outside everybody may come in. */
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
  args: CkanWebArgs,
  identity: Identity,
  files: { readonly proxy: pulumi.Input<string>; readonly server?: pulumi.Input<string> },
  storage: Mount | undefined,
): PodArgs {
  const { runtime, store, nginx } = args;
  const pod = webPod({
    runtime,
    identity,
    nginx: { image: nginx.image, resources: nginx.resources ?? sizes.nginx.resources },
    resources: args.resources ?? sizes.web.resources,
    answerSeconds: serverOptions(args).answerSeconds,
    drainSeconds: args.drainSeconds ?? sizes.web.drainSeconds,
    store,
    files,
    storage,
  });
  return {
    ...pod,
    priorityClass: args.priorityClass,
    settings: args.pods,
    serviceAccount: store?.serviceAccounts?.web,
  };
}
