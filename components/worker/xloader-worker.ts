/** The pods that work on CKAN's job queues: above all XLoader's loads into the datastore. */
import type * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { defaultQueue, queueList } from "../../ckan/queues.ts";
import { scripts } from "../../ckan/scripts.ts";
import { checkedAmong } from "../../config/arguments.ts";
import { ckanPod } from "../configuration/ckan-pod.ts";
import { configFiles } from "../kubernetes/declare/config-files.ts";
import { customResource } from "../kubernetes/declare/custom-resource.ts";
import { declareDeployment } from "../kubernetes/declare/deployment.ts";
import type { Identity } from "../kubernetes/labels.ts";
import type { ObjectMetadata } from "../kubernetes/metadata.ts";
import { configMapMount, type PodArgs } from "../kubernetes/pod.ts";
import { exec, probes } from "../kubernetes/probes.ts";
import type { CkanRuntime, ObjectStore, QueueEndpoint } from "../site/endpoints.ts";
import type { PartArgs } from "../site/part.ts";
import { webAccess } from "../web/ckan-web.ts";
import { defaultGroup, workerRole } from "./groups.ts";
import { scaledObject, triggerAuthentication } from "./keda.ts";
import { type QueueScaling, type WorkerArgs, type WorkerSettings, workerSettings } from "./settings.ts";

export interface XLoaderWorkerArgs extends PartArgs, WorkerArgs {
  readonly runtime: CkanRuntime;
  readonly queue: QueueEndpoint;
  /** ckan.site_id: prefix of the job queues. */
  readonly siteId: string;
  /** Name of the group; groups differ in queues or sizes. @default default */
  readonly group?: string;
  /** Object store for uploads. @default none */
  readonly store?: ObjectStore | undefined;
  /** Runs no pod while the site is closed, whatever an autoscaler asks for. @default false */
  readonly stopped?: boolean;
}

const folder = "/etc/ckan-worker";

export class XLoaderWorker extends pulumi.ComponentResource {
  constructor(name: string, args: XLoaderWorkerArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const settings = checkedAmong(workerSettings, args, name);
    super("ckan:index:XLoaderWorker", name, {}, opts);
    const { namespace, instance, runtime, group = defaultGroup } = args;
    const { replicas, scaling } = settings;
    const component = workerRole(group);
    const identity: Identity = { instance, component, software: "ckan", version: runtime.version };
    const data = { "worker.py": scripts["worker.py"], "worker_alive.py": scripts["worker_alive.py"] };
    const script = configFiles(name, { namespace, identity, data }, { parent: this });
    // A closed site runs no workers. Deployments that KEDA scales are scaled to 0 by KEDA itself.
    const none = args.stopped && scaling?.kind !== "keda";
    const { deployment, metadata } = declareDeployment(
      name,
      {
        namespace,
        pod: workerPod(args, settings, identity, script),
        // XLoader downloads from the site and reports back to it.
        to: [...runtime.access, webAccess(instance)],
        number: none ? { replicas: 0 } : { replicas, scaling },
        autoscaler: scaling?.kind === "hpa" && !none ? scaling : undefined,
      },
      { parent: this },
    );
    if (scaling?.kind === "keda") this.scaleByQueue(name, args, scaling, metadata, deployment);
    this.registerOutputs();
  }

  private scaleByQueue(
    name: string,
    { namespace, queue, runtime, siteId, queues = [defaultQueue], stopped }: XLoaderWorkerArgs,
    scaling: QueueScaling,
    metadata: ObjectMetadata,
    deployment: kubernetes.apps.v1.Deployment,
  ): void {
    const access = triggerAuthentication(queue, runtime.caBundle);
    const authentication = customResource(name, access, metadata, { parent: this }).metadata.name;
    const lists = queues.map((each) => queueList(siteId, each));
    const object = scaledObject({ deployment: name, namespace, queue, lists, authentication, scaling });
    // Ready once KEDA has reached the queue and created its autoscaler. `paused-replicas` keeps KEDA from starting a worker for the
    // first waiting job while the site is closed.
    const state = stopped
      ? { waitFor: "condition=Paused", annotations: { "autoscaling.keda.sh/paused-replicas": "0" } }
      : { waitFor: "condition=Ready" };
    customResource(name, object, { ...metadata, ...state }, { parent: this, dependsOn: [deployment] });
  }
}

type Groups = Readonly<Record<string, WorkerSettings>>;

/** Namespaces of autoscalers that read the queue's length. */
export function queueAutoscalers(workers: Groups, kedaNamespace = "keda"): readonly string[] {
  return Object.values(workers).some(({ scaling }) => scaling?.kind === "keda") ? [kedaNamespace] : [];
}

/** Keys of the lists of waiting jobs, by the name of each queue that a group works on. */
export function jobLists(siteId: string, workers: Groups): Readonly<Record<string, string>> {
  const queues = new Set(Object.values(workers).flatMap((group) => group.queues ?? [defaultQueue]));
  return Object.fromEntries([...queues].map((queue) => [queue, queueList(siteId, queue)]));
}

function workerPod(
  { runtime, store, pods }: XLoaderWorkerArgs,
  { queues = [defaultQueue], resources, priorityClass, terminationGracePeriodSeconds }: WorkerSettings,
  identity: Identity,
  script: pulumi.Input<string>,
): PodArgs {
  const pod = ckanPod(runtime, identity);
  const check = ["python3", `${folder}/worker_alive.py`];
  return {
    ...pod,
    command: ["python3", `${folder}/worker.py`, "jobs", "worker", ...queues],
    probes: probes({
      ready: exec(...check, "--ready"),
      alive: exec(...check),
      startSeconds: 180,
      periodSeconds: 30,
    }),
    resources,
    priorityClass,
    settings: pods,
    mounts: [...(pod.mounts ?? []), configMapMount("script", folder, script)],
    // RQ's warm shutdown: on SIGTERM the worker finishes its running job, however long that takes. The same holds for a rollout, a
    // drained node and an autoscaler, which does not ask which pods are busy.
    terminationGracePeriodSeconds,
    serviceAccount: store?.serviceAccounts?.worker,
  };
}
