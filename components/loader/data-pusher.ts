/** DataPusher: the older service that loads files into the datastore, for sites whose plugins or habits depend on it. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { megabyte } from "../../ckan/uploads.ts";
import { checked } from "../../config/arguments.ts";
import { caBundleMounts } from "../kubernetes/ca-bundle.ts";
import { declareDeployment } from "../kubernetes/declare/deployment.ts";
import { clientLabel, type Identity, imageVersion, selector } from "../kubernetes/labels.ts";
import { fromPods } from "../kubernetes/network.ts";
import { http, probes, tcp } from "../kubernetes/probes.ts";
import { mainService } from "../kubernetes/service.ts";
import { Replacement } from "../kubernetes/timeouts.ts";
import type { Egress, LoaderEndpoint, ObjectStore } from "../site/endpoints.ts";
import type { PartArgs } from "../site/part.ts";
import { webAccess } from "../web/ckan-web.ts";
import { type LoaderArgs, type LoaderSettings, loaderSettings } from "./settings.ts";

export interface DataPusherArgs extends PartArgs {
  /** Image and resources of the service. */
  readonly server: LoaderArgs;
  /** Largest resource, in megabytes. */
  readonly maximumUploadMegabytes: number;
  /** The object store. If browsers reach it, CKAN redirects downloads there. @default the site serves the files */
  readonly store?: ObjectStore | undefined;
  /** Egress to files of other sites: proxy, certificates, networks. */
  readonly egress: Egress;
  /** Runs no pod while the site is closed. @default false */
  readonly stopped?: boolean;
}

const servicePort = 8800;
const component = "datapusher";

/** How CKAN reaches the service `host`. */
export function dataPusherEndpoint(host: string, instance: string): LoaderEndpoint {
  const labels = selector({ instance, component, software: component });
  const destination = { kind: "pods", labels, port: servicePort } as const;
  return { host, url: `http://${host}:${servicePort}/`, access: { clientLabels: clientLabel(component), destination } };
}

export class DataPusher extends pulumi.ComponentResource {
  constructor(name: string, args: DataPusherArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const settings = checked(loaderSettings, args.server, `${name}.server`);
    super("ckan:index:DataPusher", name, {}, opts);
    const { namespace, instance, store, egress } = args;
    const identity: Identity = { instance, component, software: component, version: imageVersion(settings.image) };
    const { deployment, metadata, pods } = declareDeployment(
      name,
      {
        namespace,
        pod: dataPusherPod(args, settings, identity),
        from: [fromPods(clientLabel(component), servicePort)],
        // It reads and writes through CKAN's API alone: no database, no queue.
        to: [webAccess(instance), ...(store?.reachableByBrowsers ? [store.access] : []), ...egress.access],
        number: { replicas: args.stopped ? 0 : 1 },
        // Each pod knows only its own jobs: each of two pods would answer for half of them.
        replacement: Replacement.OldFirst,
      },
      { parent: this },
    );
    new kubernetes.core.v1.Service(
      name,
      { metadata, spec: mainService(pods, servicePort) },
      { parent: this, dependsOn: [deployment] },
    );
    this.registerOutputs();
  }
}

function dataPusherPod(args: DataPusherArgs, { image, resources }: LoaderSettings, identity: Identity) {
  return {
    identity,
    image,
    environment: [
      // Running loads are lost with the pod. CKAN lets a load be submitted again after an hour (assume_task_stale_after).
      { name: "DATAPUSHER_SQLALCHEMY_DATABASE_URI", value: "sqlite:////tmp/job_store.db" },
      // DataPusher's default is one megabyte. XLoader's limit is in the same unit.
      { name: "DATAPUSHER_MAX_CONTENT_LENGTH", value: String(args.maximumUploadMegabytes * megabyte) },
      ...args.egress.environment,
    ],
    ports: { main: servicePort },
    probes: probes({ ready: http("/status", servicePort), alive: tcp(servicePort) }),
    resources,
    settings: args.pods,
    mounts: caBundleMounts(args.egress),
    clientLabels: { ...(args.store?.reachableByBrowsers && args.store.access.clientLabels) },
  };
}
