/** The pods that work on CKAN's job queues: above all XLoader's loads into the datastore. */
import type * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { defaultQueue, queueList } from "../../ckan/queues.ts";
import { scripts } from "../../ckan/scripts.ts";
import { ckanPod } from "../configuration/ckan-pod.ts";
import { configFiles } from "../kubernetes/declare/config-files.ts";
import { customResource } from "../kubernetes/declare/custom-resource.ts";
import { declareDeployment } from "../kubernetes/declare/deployment.ts";
import type { Identity } from "../kubernetes/labels.ts";
import type { ObjectMetadata } from "../kubernetes/metadata.ts";
import { configMapMount, type PodSettings, type Resources } from "../kubernetes/pod.ts";
import { exec, probes } from "../kubernetes/probes.ts";
import type { CpuScaling } from "../kubernetes/scaling.ts";
import type { CkanRuntime, ObjectStore, QueueEndpoint } from "../site/endpoints.ts";
import { sizes } from "../site/sizes.ts";
import { webAccess } from "../web/ckan-web.ts";
import { defaultGroup, workerRole } from "./groups.ts";
import { type QueueScaling, scaledObject, triggerAuthentication } from "./keda.ts";

/** How the number of workers follows their work. */
export type WorkerScaling =
  /** By their processors: for jobs that compute. */
  | ({ readonly kind: "hpa" } & CpuScaling)
  /** By the jobs that wait. The cluster has KEDA. */
  | ({ readonly kind: "keda" } & QueueScaling);

export interface XLoaderWorkerArgs {
  readonly namespace: pulumi.Input<string>;
  /** Name of the CKAN instance, for labels. */
  readonly instance: string;
  readonly runtime: CkanRuntime;
  readonly queue: QueueEndpoint;
  /** ckan.site_id: prefix of the job queues. */
  readonly siteId: string;
  /** Which workers of the instance these are: other groups have other queues or sizes. @default default */
  readonly group?: string;
  /** Pods of the group; each runs one job at a time; none of it beside `scaling`. @default 1 */
  readonly replicas?: number | undefined;
  /** An autoscaler decides how many pods run. @default none: `replicas` do */
  readonly scaling?: WorkerScaling | undefined;
  /** Where uploads go. @default none */
  readonly store?: ObjectStore | undefined;
  /** No pod runs, while the site is closed, whatever an autoscaler would ask for. @default false */
  readonly stopped?: boolean;
  /** Queues in order of priority. XLoader needs `default`. @default ["default"] */
  readonly queues?: readonly string[] | undefined;
  /** Seconds a stopping worker has to finish its job: more than the job timeout. @default 3900 */
  readonly terminationGracePeriodSeconds?: number;
  /** @default 100m to 1 processor, 384Mi to 768Mi */
  readonly resources?: Resources;
  /** Name of a PriorityClass of the cluster. @default the cluster's own */
  readonly priorityClass?: string | undefined;
  /** What is the same for every pod of the instance. @default a fixed user, images that anybody may pull */
  readonly pods?: PodSettings | undefined;
}

const folder = "/etc/ckan-worker";

export class XLoaderWorker extends pulumi.ComponentResource {
  constructor(name: string, args: XLoaderWorkerArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ckan:index:XLoaderWorker", name, {}, opts);
    const { namespace, instance, runtime, group = defaultGroup } = args;
    const number = podNumber(args);
    const component = workerRole(group);
    const identity: Identity = { instance, component, software: "ckan", version: runtime.version };
    const data = { "worker.py": scripts["worker.py"], "worker_alive.py": scripts["worker_alive.py"] };
    const script = configFiles(name, { namespace, identity, data }, { parent: this });
    const { deployment, metadata } = declareDeployment(
      name,
      {
        namespace,
        pod: workerPod(args, identity, script),
        // XLoader downloads from the site and reports back to it.
        to: [...runtime.access, webAccess(instance)],
        number,
        autoscaler: number.scaling?.kind === "hpa" ? number.scaling : undefined,
      },
      { parent: this },
    );
    if (number.scaling?.kind === "keda") this.scaleByQueue(name, args, number.scaling, metadata, deployment);
    this.registerOutputs();
  }

  private scaleByQueue(
    name: string,
    args: XLoaderWorkerArgs,
    scaling: QueueScaling,
    metadata: ObjectMetadata,
    deployment: kubernetes.apps.v1.Deployment,
  ): void {
    const { namespace, queue, runtime, siteId, queues = [defaultQueue] } = args;
    const access = triggerAuthentication(queue, runtime.caBundle);
    const authentication = customResource(name, access, metadata, { parent: this }).metadata.name;
    const lists = queues.map((each) => queueList(siteId, each));
    const object = scaledObject({ deployment: name, namespace, queue, lists, authentication, scaling });
    // Ready when KEDA has reached the queue and made its autoscaler. `paused-replicas` keeps it from starting a pod of a closed site
    // for the first job that waits.
    const state = args.stopped
      ? { waitFor: "condition=Paused", annotations: { "autoscaling.keda.sh/paused-replicas": "0" } }
      : { waitFor: "condition=Ready" };
    customResource(name, object, { ...metadata, ...state }, { parent: this, dependsOn: [deployment] });
  }
}

/** A closed site has no pods; what KEDA scales, it scales to none itself. */
function podNumber({ stopped, replicas, scaling }: XLoaderWorkerArgs): Pick<XLoaderWorkerArgs, "replicas" | "scaling"> {
  return stopped && scaling?.kind !== "keda" ? { replicas: 0 } : { replicas, scaling };
}

/** Namespaces of what asks the queue how many jobs wait. */
export function queueAutoscalers({ workers = {}, kedaNamespace = "keda" }: Workers): readonly string[] {
  return Object.values(workers).some(({ scaling }) => scaling?.kind === "keda") ? [kedaNamespace] : [];
}

/** Keys of the lists of waiting jobs, by the name of each queue that a group works on. */
export function jobLists({ site, workers = {} }: Workers & { readonly site: { readonly id: string } }) {
  const groups = Object.values({ [defaultGroup]: {}, ...workers } as NonNullable<Workers["workers"]>);
  const queues = new Set(groups.flatMap((group) => group.queues ?? [defaultQueue]));
  return Object.fromEntries([...queues].map((queue) => [queue, queueList(site.id, queue)]));
}

interface Workers {
  readonly workers?: Readonly<Record<string, Pick<XLoaderWorkerArgs, "scaling" | "queues">>>;
  readonly kedaNamespace?: string;
}

function workerPod(args: XLoaderWorkerArgs, identity: Identity, script: pulumi.Input<string>) {
  const pod = ckanPod(args.runtime, identity);
  const check = ["python3", `${folder}/worker_alive.py`];
  return {
    ...pod,
    command: ["python3", `${folder}/worker.py`, "jobs", "worker", ...(args.queues ?? [defaultQueue])],
    probes: probes({
      ready: exec(...check, "--ready"),
      alive: exec(...check),
      startSeconds: 180,
      periodSeconds: 30,
    }),
    resources: args.resources ?? sizes.worker.resources,
    priorityClass: args.priorityClass,
    settings: args.pods,
    mounts: [...(pod.mounts ?? []), configMapMount("script", folder, script)],
    // RQ's warm shutdown: SIGTERM lets the running job end, however long that takes, and whoever takes the pod away: a new release, a
    // node that is drained, or an autoscaler, which does not ask which pods are busy.
    terminationGracePeriodSeconds: args.terminationGracePeriodSeconds ?? 3900,
    serviceAccount: args.store?.serviceAccounts?.worker,
  };
}
