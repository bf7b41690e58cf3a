/** The pods that work on CKAN's job queues: above all XLoader's loads into the datastore. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { scripts } from "../ckan/scripts.ts";
import { webAccess } from "./ckan-web.ts";
import { configFiles } from "./config-files.ts";
import type { CkanRuntime, ObjectStore } from "./contracts.ts";
import { disruptionBudget, rollingUpdate } from "./manifests/availability.ts";
import { ckanPod } from "./manifests/ckan-pod.ts";
import { type Identity, labels, selector } from "./manifests/labels.ts";
import { objectMetadata } from "./manifests/metadata.ts";
import { allow, identityAccess } from "./manifests/network.ts";
import { configMapMount, podTemplate, type Resources } from "./manifests/pod.ts";
import { exec, probes } from "./manifests/probes.ts";
import { sizes } from "./sizes.ts";

export interface XLoaderWorkerArgs {
  readonly namespace: pulumi.Input<string>;
  /** Name of the CKAN instance, for labels. */
  readonly instance: string;
  readonly runtime: CkanRuntime;
  /** Where uploads go. @default none */
  readonly store?: ObjectStore | undefined;
  /** Worker pods; each runs one job at a time. @default 1 */
  readonly replicas?: number;
  /** No pod runs, while the site is closed. @default false */
  readonly stopped?: boolean;
  /** Queues in order of priority. XLoader needs `default`. @default ["default"] */
  readonly queues?: readonly string[];
  /** Seconds a stopping worker has to finish its job: more than the job timeout. @default 3900 */
  readonly terminationGracePeriodSeconds?: number;
  /** @default 100m to 1 processor, 384Mi to 768Mi */
  readonly resources?: Resources;
}

const folder = "/etc/ckan-worker";

export class XLoaderWorker extends pulumi.ComponentResource {
  constructor(name: string, args: XLoaderWorkerArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ckan:index:XLoaderWorker", name, args, opts);
    const { namespace, instance, runtime } = args;
    const replicas = args.stopped ? 0 : (args.replicas ?? 1);
    const identity: Identity = { instance, component: "worker", software: "ckan", version: runtime.version };
    const pods = selector(identity);
    const metadata = objectMetadata({ name, namespace, labels: labels(identity) });

    const data = { "worker_alive.py": scripts["worker_alive.py"] };
    const script = configFiles(name, { namespace, identity, data }, { parent: this });
    const policy = new kubernetes.networking.v1.NetworkPolicy(
      name,
      {
        metadata, // XLoader downloads from the site and reports back to it.
        spec: allow({ pods, to: [...runtime.access, webAccess(instance), ...identityAccess(args.store)] }),
      },
      { parent: this },
    );
    new kubernetes.apps.v1.Deployment(
      name,
      {
        metadata,
        spec: {
          replicas,
          selector: { matchLabels: pods },
          strategy: rollingUpdate,
          template: podTemplate(workerPod(args, identity, script)),
        },
      },
      { parent: this, dependsOn: [policy] },
    );
    if (replicas > 1) {
      new kubernetes.policy.v1.PodDisruptionBudget(name, { metadata, spec: disruptionBudget(pods) }, { parent: this });
    }
    this.registerOutputs();
  }
}

function workerPod(args: XLoaderWorkerArgs, identity: Identity, script: pulumi.Input<string>) {
  const pod = ckanPod(args.runtime, identity);
  const check = ["python3", `${folder}/worker_alive.py`];
  return {
    ...pod,
    command: ["ckan", "jobs", "worker", ...(args.queues ?? ["default"])],
    probes: probes({
      ready: exec(...check, "--ready"),
      alive: exec(...check),
      startSeconds: 180,
      periodSeconds: 30,
    }),
    resources: args.resources ?? sizes.worker.resources,
    mounts: [...(pod.mounts ?? []), configMapMount("script", folder, script)],
    // RQ's warm shutdown: SIGTERM lets the running job end, however long that takes.
    terminationGracePeriodSeconds: args.terminationGracePeriodSeconds ?? 3900,
    spread: (args.replicas ?? 1) > 1,
    serviceAccount: args.store?.identities?.worker,
  };
}
