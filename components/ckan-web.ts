/** The web pods of one CKAN site, and the Service in front of them. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { scripts } from "../ckan/scripts.ts";
import { storagePath } from "../ckan/settings.ts";
import { livenessPath, renderUwsgi, webPort } from "../ckan/uwsgi.ts";
import { configFiles } from "./config-files.ts";
import type { Access, CkanRuntime, ObjectStore } from "./contracts.ts";
import { durable, type Protection } from "./durability.ts";
import { disruptionBudget, rollingUpdate } from "./manifests/availability.ts";
import { ckanPod } from "./manifests/ckan-pod.ts";
import { type Identity, labels, selector } from "./manifests/labels.ts";
import { objectMetadata } from "./manifests/metadata.ts";
import { allow, fromAnywhere, identityAccess } from "./manifests/network.ts";
import {
  claimMount,
  configMapMount,
  type Mount,
  type PodSettings,
  podTemplate,
  type Resources,
} from "./manifests/pod.ts";
import { http, probes } from "./manifests/probes.ts";
import { type CpuScaling, cpuAutoscaler, mostPods } from "./manifests/scaling.ts";
import { volumeClaim } from "./manifests/storage.ts";
import { sizes } from "./sizes.ts";

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
  /** uWSGI processes in a pod. @default 2 */
  readonly processes?: number;
  /** Threads in a process. @default 2 */
  readonly threads?: number;
  /**
   * Seconds for which the front page, a page of datasets or the answer to a search of the API is given to further visitors who are
   * not logged in; they see a change that much later. 0: never.
   * @default 5
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
  readonly uploads?: { readonly storage: string; readonly protection: Protection } | undefined;
  /** Port on every node. @default none: reached inside the cluster only */
  readonly nodePort?: number | undefined;
  /** What is the same for every pod of the instance. @default a fixed user, images that anybody may pull */
  readonly pods?: PodSettings | undefined;
}

/** What visitors of a closed site are told. */
export interface Maintenance {
  /** Title of the site. */
  readonly title: string;
  /** Plain text. */
  readonly message: string;
  /** Seconds after which programs may ask again. */
  readonly retryAfterSeconds: number;
}

/** Folder with uWSGI's own files. */
const folder = "/etc/ckan-web";

/** The Service's port. */
export const webServicePort = { name: "http", number: 80 } as const;

export class CkanWeb extends pulumi.ComponentResource {
  constructor(name: string, args: CkanWebArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ckan:index:CkanWeb", name, {}, opts);
    const { namespace, instance, runtime, replicas = 1, scaling } = args;
    const identity: Identity = { instance, component: "web", software: "ckan", version: runtime.version };
    const pods = selector(identity);
    const metadata = objectMetadata({ name, namespace, labels: labels(identity) });

    const server = configFiles(name, { namespace, identity, data: serverFiles(args) }, { parent: this });
    const policy = new kubernetes.networking.v1.NetworkPolicy(
      name,
      {
        metadata,
        spec: allow({ pods, from: [fromAnywhere(webPort)], to: [...runtime.access, ...identityAccess(args.store)] }),
      },
      { parent: this },
    );
    const deployment = new kubernetes.apps.v1.Deployment(
      name,
      {
        metadata,
        spec: {
          // Whatever is written here would be taken back from the autoscaler with each `up`.
          ...(scaling === undefined && { replicas }),
          selector: { matchLabels: pods },
          strategy: rollout(args),
          template: podTemplate(webPod(args, identity, server, this.storage(name, args, identity))),
        },
      },
      { parent: this, dependsOn: [policy] },
    );
    new kubernetes.core.v1.Service(
      args.host,
      {
        metadata: { ...metadata, name: args.host },
        spec: {
          type: args.nodePort === undefined ? "ClusterIP" : "NodePort",
          selector: pods,
          ports: [
            {
              name: webServicePort.name,
              port: webServicePort.number,
              targetPort: webPort,
              protocol: "TCP",
              ...(args.nodePort !== undefined && { nodePort: args.nodePort }),
            },
          ],
        },
      },
      { parent: this, dependsOn: [deployment] },
    );
    if (scaling !== undefined) {
      new kubernetes.autoscaling.v2.HorizontalPodAutoscaler(
        name,
        { metadata, spec: cpuAutoscaler(name, scaling) },
        { parent: this, dependsOn: [deployment] },
      );
    }
    if (mostPods(args) > 1) {
      new kubernetes.policy.v1.PodDisruptionBudget(name, { metadata, spec: disruptionBudget(pods) }, { parent: this });
    }
    this.registerOutputs();
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
      }),
      { parent: this, ...durable(args.uploads.protection) },
    );
    return claimMount("storage", storagePath, claim.metadata.name);
  }
}

/** The way to the web pods of an instance, for its other pods: from outside everybody may come in. */
export function webAccess(instance: string): Access {
  const labels = selector({ instance, component: "web", software: "ckan" });
  return { clientLabels: {}, destination: { kind: "pods", labels, port: webPort } };
}

function serverFiles(args: CkanWebArgs): Readonly<Record<string, string>> {
  const options = serverOptions(args);
  if (args.maintenance === undefined) {
    return { "uwsgi.ini": renderUwsgi(options), "wsgi.py": scripts["wsgi.py"] };
  }
  // Nothing that answers before the entry point: no shared answers, and no links into the store.
  return {
    "uwsgi.ini": renderUwsgi({ ...options, entryPoint: "maintenance.py", cacheSeconds: 0, store: undefined }),
    "maintenance.py": scripts["maintenance.py"],
    "maintenance.json": `${JSON.stringify(args.maintenance)}\n`,
  };
}

function serverOptions({
  processes,
  threads,
  maximumUploadMegabytes,
  cacheSeconds,
  edgeCacheSeconds,
  store,
}: CkanWebArgs) {
  return {
    processes: processes ?? sizes.web.processes,
    threads: threads ?? sizes.web.threads,
    maximumUploadMegabytes: maximumUploadMegabytes ?? sizes.maximumUploadMegabytes,
    cacheSeconds: cacheSeconds ?? sizes.web.cacheSeconds,
    edgeCacheSeconds,
    folder,
    ...(store !== undefined && !store.reachableByBrowsers && { store }),
  };
}

/** A volume that one pod mounts must be let go before the next pod can have it. */
function rollout({ uploads }: CkanWebArgs) {
  return uploads === undefined ? rollingUpdate : { type: "Recreate" };
}

function webPod(args: CkanWebArgs, identity: Identity, server: pulumi.Input<string>, storage: Mount | undefined) {
  const pod = ckanPod(args.runtime, identity, storage);
  return {
    ...pod,
    command: ["uwsgi", "--ini", `${folder}/uwsgi.ini`],
    ports: { http: webPort },
    probes: probes({
      ready: http(args.maintenance === undefined ? "/api/3/action/status_show" : livenessPath, webPort),
      alive: http(livenessPath, webPort),
      startSeconds: 180,
      // Under load, questions wait for a free thread. A busy pod that leaves the Service only moves its load to the next one, and
      // the last one that leaves turns a slow site into none.
      patienceSeconds: 15,
    }),
    resources: args.resources ?? sizes.web.resources,
    priorityClass: args.priorityClass,
    settings: args.pods,
    mounts: [...(pod.mounts ?? []), configMapMount("server", folder, server)],
    // Proxies go on sending for a moment after the pod has left the Service; then running requests have 60 s to end.
    drainSeconds: 5,
    terminationGracePeriodSeconds: 70,
    spread: mostPods(args) > 1,
    serviceAccount: args.store?.identities?.web,
  };
}
