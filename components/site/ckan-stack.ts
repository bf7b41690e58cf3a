/** One CKAN site with everything it needs. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { databaseConnections } from "../../ckan/connections.ts";
import { CkanBootstrap } from "../bootstrap/ckan-bootstrap.ts";
import { CkanConfiguration } from "../configuration/ckan-configuration.ts";
import { databaseClients } from "../database/connections.ts";
import { PostgresDb } from "../database/postgres-db.ts";
import type { Address } from "../exposure/address.ts";
import { CkanExposure } from "../exposure/ckan-exposure.ts";
import { GcsStorage } from "../files/gcs-storage.ts";
import { MinioStorage } from "../files/minio-storage.ts";
import { S3Storage } from "../files/s3-storage.ts";
import type { FilesSettings } from "../files/settings.ts";
import { durable, Protection } from "../kubernetes/durability.ts";
import { instanceLabels } from "../kubernetes/labels.ts";
import { objectMetadata } from "../kubernetes/metadata.ts";
import { denyAll } from "../kubernetes/network.ts";
import { DataPusher, dataPusherEndpoint } from "../loader/data-pusher.ts";
import { RedisQueue } from "../queue/redis-queue.ts";
import { XLoaderRecovery } from "../recovery/xloader-recovery.ts";
import { pullSecret } from "../registries/registries.ts";
import { SolrCore } from "../search/solr-core.ts";
import { CkanWeb, webServicePort } from "../web/ckan-web.ts";
import { workerRole } from "../worker/groups.ts";
import { jobLists, queueAutoscalers, XLoaderWorker } from "../worker/xloader-worker.ts";
import type { CkanStackArgs } from "./arguments.ts";
import { aroundWeb, siteOf, siteStore, siteUrl } from "./between-parts.ts";
import { checkedSite } from "./checked.ts";
import type { DatabaseEndpoints, ObjectStore, QueueEndpoint, SearchEndpoint } from "./endpoints.ts";
import type { SecretPartArgs } from "./part.ts";

export class CkanStack extends pulumi.ComponentResource {
  /** Namespace of every object of the instance. */
  readonly namespace: string;
  /** CKAN's version and plugins. */
  readonly ckan: { readonly version: string; readonly plugins: readonly string[] };
  /** Public URL of the site. */
  readonly url: string;
  /** Where the host's DNS record must point; undefined if the program cannot know. */
  readonly address: pulumi.Output<Address | undefined>;
  /** URL inside the namespace, without a port. */
  readonly internalUrl: string;
  readonly database: DatabaseEndpoints;
  readonly search: SearchEndpoint;
  readonly queue: QueueEndpoint;
  /** Key of the list of waiting jobs, by the name of each queue that a group of workers works on. */
  readonly jobLists: Readonly<Record<string, string>>;
  /** Undefined when uploads stay on a volume. */
  readonly store: ObjectStore | undefined;

  constructor(name: string, args: CkanStackArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const settings = checkedSite(name, args);
    super("ckan:index:CkanStack", name, {}, opts);
    const { credentials, protection = Protection.Protected } = args;
    const { instance } = credentials;
    const { ckan, workers, caBundle, mail, proxy, outgoing, datapusher, administrator, exposure } = settings;
    const { plugins, maximumUploadMegabytes } = ckan;
    const siteId = settings.site.id ?? instance;
    const self = { parent: this };
    const webHost = `${name}-web`;
    this.url = siteUrl(settings);
    this.internalUrl = `http://${webHost}`;
    this.namespace = args.namespace;
    this.ckan = { version: ckan.version, plugins };
    this.jobLists = jobLists(siteId, workers);

    const namespace = this.declareNamespace(name, args, protection);
    const { registries = [], podUser: user, autopilot, dnsResolvers } = args;
    const secret = pullSecret(`${name}-registries`, { namespace, credentials, registries }, self);
    const pods = { ...settings.pods, user, autopilot, dnsResolvers, pullSecret: secret };
    const part = { namespace, credentials, instance, protection, pods };

    const connections = databaseConnections(databaseClients(settings));
    const ofDatabase = { ...part, server: settings.database, connections, caBundle };
    this.database = new PostgresDb(`${name}-database`, ofDatabase, self).endpoints;
    this.search = new SolrCore(`${name}-search`, { ...part, server: settings.search }, self).endpoint;
    const autoscalers = queueAutoscalers(workers, args.kedaNamespace);
    this.queue = new RedisQueue(`${name}-queue`, { ...part, server: settings.queue, autoscalers }, self).endpoint;
    this.store = this.files(`${name}-files`, settings.files, part);

    const dataPusher = datapusher && dataPusherEndpoint(`${name}-datapusher`, instance);
    const { database, search, queue, store, url, internalUrl } = this;
    const site = { ...siteOf(settings), id: siteId, url, internalUrl, store: store && siteStore(store) };
    const { version, image, secretSettings } = ckan;
    const ofCkan = { version, image, secretSettings, site, mail, caBundle, proxy, outgoing };
    const configuration = new CkanConfiguration(
      `${name}-configuration`,
      { ...part, ...ofCkan, database, search, queue, store, dataPusher },
      self,
    );
    const { runtime, serving, working, egress, xloaderTokenId, dataPusherTokenId } = configuration;

    // Servers and bootstrap start together: the bootstrap itself waits for the servers. Web and workers of a new release start
    // after the bootstrap, so that a failed one leaves the old pods serving.
    const waitFor = addresses([database.server, search, queue, ...(store === undefined ? [] : [store])]);
    const bootstrap = new CkanBootstrap(
      `${name}-bootstrap`,
      { ...part, runtime, database, waitFor, plugins, administrator, xloaderTokenId, dataPusherTokenId },
      self,
    );
    const released = { ...self, dependsOn: [bootstrap] };
    const web = { ...settings.web, ...aroundWeb(settings, args.editorsHost, protection) };
    new CkanWeb(webHost, { ...part, ...web, runtime: serving, host: webHost, store }, released);
    const closed = web.maintenance !== undefined;
    for (const [group, worker] of Object.entries(workers)) {
      const own = { ...part, ...worker, group, runtime: working, queue, siteId, store, stopped: closed };
      new XLoaderWorker(`${name}-${workerRole(group)}`, own, released);
    }
    if (plugins.includes("xloader")) {
      const recovery = { ...part, runtime, database, queue, siteId, internalUrl, suspended: closed };
      new XLoaderRecovery(`${name}-recovery`, recovery, released);
    }
    if (datapusher !== undefined && dataPusher !== undefined) {
      const pusher = { ...part, server: datapusher, maximumUploadMegabytes, egress, store, stopped: closed };
      new DataPusher(dataPusher.host, pusher, self);
    }

    const { answerSeconds, drainSeconds } = web;
    const backend = { service: webHost, port: webServicePort };
    const aliases = [...settings.aliases, ...(args.editorsHost === undefined ? [] : [args.editorsHost])];
    const names = { host: settings.host, aliases, backend };
    this.address = new CkanExposure(
      `${name}-exposure`,
      { ...part, ...names, exposure, answerSeconds, drainSeconds, maximumUploadMegabytes },
      released,
    ).address;

    this.registerOutputs({ url, internalUrl, address: this.address });
  }

  /** The namespace. It admits only pods of the `restricted` standard, and denies all traffic that no part allows. */
  private declareNamespace(name: string, args: CkanStackArgs, protection: Protection): pulumi.Output<string> {
    const namespace = new kubernetes.core.v1.Namespace(
      name,
      { metadata: objectMetadata({ name: args.namespace, labels: namespaceLabels(args.credentials.instance) }) },
      { parent: this, ...durable(protection) },
    );
    new kubernetes.networking.v1.NetworkPolicy(
      `${name}-default-deny`,
      {
        metadata: objectMetadata({
          name: "default-deny",
          namespace: namespace.metadata.name,
          labels: instanceLabels(args.credentials.instance),
        }),
        spec: denyAll,
      },
      { parent: this },
    );
    return namespace.metadata.name;
  }

  private files(name: string, server: FilesSettings, part: SecretPartArgs) {
    switch (server.kind) {
      case "minio":
        return new MinioStorage(name, { ...part, server }, { parent: this }).store;
      case "s3":
        return new S3Storage(name, { ...part, server }, { parent: this }).store;
      case "gcs":
        return new GcsStorage(name, { ...part, server, siteUrl: this.url }, { parent: this }).store;
      case "volume":
        return undefined;
    }
  }
}

function addresses(endpoints: readonly { readonly host: pulumi.Input<string>; readonly port: number }[]) {
  return endpoints.map(({ host, port }) => pulumi.interpolate`${host}:${port}`);
}

function namespaceLabels(instance: string): Record<string, string> {
  const levels = ["enforce", "audit", "warn"];
  return {
    ...instanceLabels(instance),
    ...Object.fromEntries(levels.map((level) => [`pod-security.kubernetes.io/${level}`, "restricted"])),
  };
}
