/** Finds loads that were lost with their worker, and submits them again. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { scripts } from "../../ckan/scripts.ts";
import { caBundleMounts, caBundleVariables } from "../kubernetes/ca-bundle.ts";
import { configFiles } from "../kubernetes/declare/config-files.ts";
import { type Identity, labels, selector } from "../kubernetes/labels.ts";
import { objectMetadata } from "../kubernetes/metadata.ts";
import { allow } from "../kubernetes/network.ts";
import { configMapMount, type PodSettings, podTemplate } from "../kubernetes/pod.ts";
import { sized } from "../kubernetes/resources.ts";
import type { CkanRuntime, DatabaseEndpoints, EnvironmentVariable, QueueEndpoint } from "../site/endpoints.ts";
import { webAccess } from "../web/ckan-web.ts";

export interface XLoaderRecoveryArgs {
  readonly namespace: pulumi.Input<string>;
  /** Name of the CKAN instance, for labels. */
  readonly instance: string;
  readonly runtime: CkanRuntime;
  readonly database: DatabaseEndpoints;
  readonly queue: QueueEndpoint;
  /** Submits nothing while the site is closed. @default false */
  readonly suspended?: boolean;
  /** ckan.site_id: prefix of the job queues. */
  readonly siteId: string;
  /** URL of the site inside the namespace. */
  readonly internalUrl: string;
  /** Settings that all pods of the instance share. @default a fixed UID, public images */
  readonly pods?: PodSettings | undefined;
}

const folder = "/etc/recovery";

const resources = sized("10m", "32Mi", "500m", "128Mi");

/** A load counts as lost 90 seconds after the last heartbeat of its worker (rq), so a shorter interval finds nothing sooner. */
const schedule = "*/2 * * * *";

/** Variables that the script reads, in the order of the runtime: passwords come before the URLs that contain them. */
const variables = [
  "DATABASE_PASSWORD",
  "QUEUE_PASSWORD",
  "CKAN_SQLALCHEMY_URL",
  "CKAN_REDIS_URL",
  "CKANEXT__XLOADER__API_TOKEN",
  ...caBundleVariables,
];

/** A CronJob, not a part of the worker: it must also run when all workers are gone or scaled to 0. */
export class XLoaderRecovery extends pulumi.ComponentResource {
  constructor(name: string, args: XLoaderRecoveryArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ckan:index:XLoaderRecovery", name, {}, opts);
    const { namespace, instance, runtime, database, queue } = args;
    const identity: Identity = { instance, component: "recovery", software: "ckan", version: runtime.version };
    const metadata = objectMetadata({ name, namespace, labels: labels(identity) });

    const data = { "resubmit.py": scripts["resubmit.py"] };
    const script = configFiles(name, { namespace, identity, data }, { parent: this });
    const policy = new kubernetes.networking.v1.NetworkPolicy(
      name,
      {
        metadata,
        spec: allow({
          pods: selector(identity),
          to: [database.access, queue.access, webAccess(instance)],
          resolvers: args.pods?.dnsResolvers,
        }),
      },
      { parent: this },
    );
    const template = podTemplate({
      identity,
      image: runtime.image,
      command: ["python3", `${folder}/resubmit.py`],
      environment: environment(args),
      mounts: [configMapMount("script", folder, script), ...caBundleMounts(runtime)],
      resources,
      clientLabels: { ...database.access.clientLabels, ...queue.access.clientLabels },
      restartPolicy: "Never",
      settings: args.pods,
    });
    new kubernetes.batch.v1.CronJob(
      name,
      {
        metadata,
        spec: {
          schedule,
          ...(args.suspended && { suspend: true }),
          concurrencyPolicy: "Forbid",
          // Runs that were missed during an outage of the cluster need no catching up.
          startingDeadlineSeconds: 60,
          successfulJobsHistoryLimit: 1,
          failedJobsHistoryLimit: 1,
          // The next run tries again; a retry would only come sooner.
          jobTemplate: { spec: { template, backoffLimit: 0, activeDeadlineSeconds: 110 } },
        },
      },
      { parent: this, dependsOn: [policy] },
    );
    this.registerOutputs();
  }
}

function environment({ runtime, siteId, internalUrl }: XLoaderRecoveryArgs): readonly EnvironmentVariable[] {
  return [
    { name: "SITE", value: internalUrl },
    { name: "SITE_ID", value: siteId },
    ...runtime.environment.filter(({ name }) => variables.includes(name)),
  ];
}
