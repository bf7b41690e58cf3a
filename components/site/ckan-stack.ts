/** One CKAN site with everything it needs. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { databaseConnections } from "../../ckan/connections.ts";
import type { Site } from "../../ckan/settings.ts";
import { checked } from "../../config/arguments.ts";
import { CkanBootstrap } from "../bootstrap/ckan-bootstrap.ts";
import { CkanConfiguration } from "../configuration/ckan-configuration.ts";
import { databaseClients } from "../database/connections.ts";
import { PostgresDb } from "../database/postgres-db.ts";
import type { Address } from "../exposure/address.ts";
import { CkanExposure } from "../exposure/ckan-exposure.ts";
import { GcsStorage } from "../files/gcs-storage.ts";
import { MinioStorage } from "../files/minio-storage.ts";
import { S3Storage } from "../files/s3-storage.ts";
import { type FilesSettings, filesSettings } from "../files/settings.ts";
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
import { drainSeconds } from "../web/drain.ts";
import { webSettings } from "../web/settings.ts";
import { defaultGroup, workerRole } from "../worker/groups.ts";
import { jobLists, queueAutoscalers, XLoaderWorker } from "../worker/xloader-worker.ts";
import type { CkanStackArgs } from "./arguments.ts";
import type { DatabaseEndpoints, ObjectStore, QueueEndpoint, SearchEndpoint } from "./endpoints.ts";
import type { SecretPartArgs } from "./part.ts";

export class CkanStack extends pulumi.ComponentResource {
  /** Namespace of every object of the instance. */
  readonly namespace: string;
  /** CKAN's version and plugins. */
  readonly ckan: { readonly version: string; readonly plugins: readonly string[] };
  /** Address that people use. */
  readonly url: string;
  /** Where the host's name has to lead; undefined where this program cannot know. */
  readonly address: pulumi.Output<Address | undefined>;
  /** Address inside the namespace, without a port. */
  readonly internalUrl: string;
  readonly database: DatabaseEndpoints;
  readonly search: SearchEndpoint;
  readonly queue: QueueEndpoint;
  /** Key of the list of waiting jobs, by the name of each queue that a group of workers works on. */
  readonly jobLists: Readonly<Record<string, string>>;
  /** Undefined when uploads stay on a volume. */
  readonly store: ObjectStore | undefined;

  constructor(name: string, args: CkanStackArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const web = { ...args.web, drainSeconds: args.web.drainSeconds ?? drainSeconds(args.exposure) };
    const webPods = checked(webSettings, web, `${name}.web`);
    const files = checked(filesSettings, args.files, `${name}.files`);
    super("ckan:index:CkanStack", name, {}, opts);
    const { credentials, protection = Protection.Protected } = args;
    const { instance } = credentials;
    const self = { parent: this };
    const webHost = `${name}-web`;
    this.url = siteUrl(args);
    this.internalUrl = `http://${webHost}`;
    this.namespace = args.namespace;
    this.ckan = { version: args.ckan.version, plugins: args.ckan.plugins };
    this.jobLists = jobLists(args);

    const namespace = this.declareNamespace(name, args, protection);
    const { registries = [], podUser: user, autopilot, dnsResolvers } = args;
    const secret = pullSecret(`${name}-registries`, { namespace, credentials, registries }, self);
    const pods = { ...args.pods, user, autopilot, dnsResolvers, pullSecret: secret };
    const part = { namespace, credentials, instance, protection, pods };

    const { caBundle } = args;
    const connections = databaseConnections(databaseClients({ web: webPods, workers: args.workers }));
    this.database = new PostgresDb(
      `${name}-database`,
      { ...part, server: args.database, connections, caBundle },
      self,
    ).endpoints;
    this.search = new SolrCore(`${name}-search`, { ...part, server: args.search }, self).endpoint;
    this.queue = new RedisQueue(
      `${name}-queue`,
      { ...part, server: args.queue, autoscalers: queueAutoscalers(args) },
      self,
    ).endpoint;
    this.store = this.files(`${name}-files`, files, part);

    const { mail, proxy, outgoing, datapusher } = args;
    const dataPusher = datapusher && dataPusherEndpoint(`${name}-datapusher`, instance);
    const { plugins } = args.ckan;
    const { database, search, queue, store, url, internalUrl } = this;
    const siteId = args.site.id;
    const site = { ...args.site, url, internalUrl, plugins, store: store && siteStore(store) };
    const configuration = new CkanConfiguration(
      `${name}-configuration`,
      { ...part, ...args.ckan, site, database, search, queue, store, mail, caBundle, proxy, outgoing, dataPusher },
      self,
    );
    const { runtime, serving, working, outside, xloaderTokenId, dataPusherTokenId } = configuration;

    // Servers and bootstrap start together; the bootstrap waits inside, where waiting costs nothing. Web and worker of a new
    // release start when it is done, so that a failed one leaves the old pods serving.
    const { administrator } = args;
    const waitFor = servers([this.database.server, this.search, this.queue, ...(store === undefined ? [] : [store])]);
    const bootstrap = new CkanBootstrap(
      `${name}-bootstrap`,
      { ...part, runtime, database, waitFor, plugins, administrator, xloaderTokenId, dataPusherTokenId },
      self,
    );
    const released = { ...self, dependsOn: [bootstrap] };
    const around = aroundWeb(args, files, protection);
    new CkanWeb(webHost, { ...part, ...web, ...around, runtime: serving, host: webHost, store }, released);
    const closed = args.maintenance !== undefined;
    for (const [group, worker] of Object.entries({ [defaultGroup]: {}, ...args.workers })) {
      const own = { ...part, ...worker, group, runtime: working, queue, siteId, store, stopped: closed };
      new XLoaderWorker(`${name}-${workerRole(group)}`, own, released);
    }
    if (plugins.includes("xloader")) {
      new XLoaderRecovery(
        `${name}-recovery`,
        { ...part, runtime, database, queue, siteId, internalUrl, suspended: closed },
        released,
      );
    }
    if (datapusher !== undefined && dataPusher !== undefined) {
      const { maximumUploadMegabytes } = args.site;
      const pusher = { server: datapusher, maximumUploadMegabytes, outside, store, stopped: closed };
      new DataPusher(dataPusher.host, { ...part, ...pusher }, self);
    }

    const backend = { service: webHost, port: webServicePort };
    this.address = new CkanExposure(
      `${name}-exposure`,
      {
        ...part,
        host: args.host,
        aliases: [...(args.aliases ?? []), ...(args.editorsHost === undefined ? [] : [args.editorsHost])],
        backend,
        exposure: args.exposure,
        answerSeconds: webPods.answerSeconds,
        drainSeconds: web.drainSeconds,
        maximumUploadMegabytes: args.site.maximumUploadMegabytes,
      },
      released,
    ).address;

    this.registerOutputs({ url, internalUrl, address: this.address });
  }

  /** The namespace, which admits only pods of the `restricted` standard, and in which nothing flows unless a part says so. */
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

function siteUrl({ host, exposure }: CkanStackArgs): string {
  return exposure.kind === "node-port" ? `http://${host}:${exposure.nodePort}` : `https://${host}`;
}

function siteStore(store: ObjectStore): NonNullable<Site["store"]> {
  const { protocol, host, port, bucket, region } = store;
  const standard = (protocol === "http" && port === 80) || (protocol === "https" && port === 443);
  const endpoint = `${protocol}://${host}${standard ? "" : `:${port}`}`;
  return { endpoint, bucket, region };
}

function servers(endpoints: readonly { readonly host: pulumi.Input<string>; readonly port: number }[]) {
  return endpoints.map(({ host, port }) => pulumi.interpolate`${host}:${port}`);
}

/** What web is told of the rest of the site. */
function aroundWeb(args: CkanStackArgs, files: FilesSettings, protection: Protection) {
  const { host, exposure, site, maintenance, editorsHost } = args;
  const { maximumUploadMegabytes, further } = site;
  return {
    maintenance: maintenance && { ...maintenance, title: site.title },
    maximumUploadMegabytes,
    siteHost: host,
    editorsHost,
    https: siteUrl(args).startsWith("https:"),
    tokenHeader: String(further["apitoken_header_name"] ?? "Authorization"),
    nodePort: exposure.kind === "node-port" ? exposure.nodePort : undefined,
    uploads: files.kind === "volume" ? { ...files, protection } : undefined,
  };
}

function namespaceLabels(instance: string): Record<string, string> {
  const levels = ["enforce", "audit", "warn"];
  return {
    ...instanceLabels(instance),
    ...Object.fromEntries(levels.map((level) => [`pod-security.kubernetes.io/${level}`, "restricted"])),
  };
}
