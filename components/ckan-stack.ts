/** One CKAN site with everything it needs. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Site } from "../ckan/settings.ts";
import type { Address } from "./address.ts";
import { CkanBootstrap } from "./ckan-bootstrap.ts";
import { CkanConfiguration } from "./ckan-configuration.ts";
import { CkanExposure, type ExposureArgs } from "./ckan-exposure.ts";
import { CkanWeb, type CkanWebArgs, webServicePort } from "./ckan-web.ts";
import type { DatabaseEndpoints, ObjectStore, QueueEndpoint, SearchEndpoint } from "./contracts.ts";
import type { Credentials } from "./credentials.ts";
import { durable, Protection } from "./durability.ts";
import { instanceLabels } from "./manifests/labels.ts";
import { objectMetadata } from "./manifests/metadata.ts";
import { denyAll } from "./manifests/network.ts";
import type { PodUser } from "./manifests/pod.ts";
import { defaultGroup, workerRole } from "./manifests/worker-groups.ts";
import { MinioStorage, type MinioStorageArgs } from "./minio-storage.ts";
import { concealPostgres, PostgresDb, type PostgresServerArgs } from "./postgres-db.ts";
import { concealRedis, RedisQueue, type RedisServerArgs } from "./redis-queue.ts";
import { concealRegistries, pullSecret, type Registry } from "./registries.ts";
import { concealKeys, S3Storage, type S3StorageArgs } from "./s3-storage.ts";
import { SolrCore, type SolrServerArgs } from "./solr-core.ts";
import { XLoaderRecovery } from "./xloader-recovery.ts";
import { queueAutoscalers, XLoaderWorker, type XLoaderWorkerArgs } from "./xloader-worker.ts";

/** What the parts of an instance get from the instance itself. */
type Given =
  | "namespace"
  | "instance"
  | "credentials"
  | "protection"
  | "pods"
  | "group"
  | "queue"
  | "siteId"
  | "runtime"
  | "host"
  | "store"
  | "uploads"
  | "nodePort"
  | "maximumUploadMegabytes";

/** Where uploads go. */
export type FilesArgs =
  | ({ readonly kind: "minio" } & Omit<MinioStorageArgs, Given>)
  | ({ readonly kind: "s3" } & Omit<S3StorageArgs, Given>)
  /** A volume of the one web pod. */
  | { readonly kind: "volume"; readonly storage: string };

export interface CkanStackArgs {
  /** Namespace of the instance: the stack declares it and every object in it. */
  readonly namespace: string;
  /** Source of all passwords and keys. Its `instance` names the site in labels and databases. */
  readonly credentials: Credentials;
  /** What a destroy leaves. @default protected */
  readonly protection?: Protection;
  /** Whom pods run as. @default a fixed uid */
  readonly podUser?: PodUser | undefined;
  /** Private registries that images come from. @default none */
  readonly registries?: readonly Registry[];
  /** Name under which the site is reached. */
  readonly host: string;
  /** How the site is reached from outside. */
  readonly exposure: ExposureArgs;
  readonly ckan: {
    readonly version: string;
    readonly image: string;
    /** ckan.plugins in this order; envvars last. */
    readonly plugins: readonly string[];
  };
  /** Name, language, stage and further settings of the site. */
  readonly site: Omit<Site, "url" | "internalUrl" | "store" | "plugins">;
  /** The sysadmin that the bootstrap creates; its password is derived. */
  readonly administrator: { readonly name: string; readonly email: string };
  readonly database: PostgresServerArgs;
  readonly search: SolrServerArgs;
  readonly queue: RedisServerArgs;
  readonly files: FilesArgs;
  readonly web?: Omit<CkanWebArgs, Given>;
  /** Namespace of KEDA, where a group of workers scales by it. @default keda */
  readonly kedaNamespace?: string;
  /** Groups of workers by name. @default one group called default; it is there in any case */
  readonly workers?: Readonly<Record<string, Omit<XLoaderWorkerArgs, Given>>>;
}

export class CkanStack extends pulumi.ComponentResource {
  /** Address that people use. */
  readonly url: string;
  /** Where the host's name has to lead; undefined where this program cannot know. */
  readonly address: pulumi.Output<Address | undefined>;
  /** Address inside the namespace. */
  readonly internalUrl: string;
  readonly database: DatabaseEndpoints;
  readonly search: SearchEndpoint;
  readonly queue: QueueEndpoint;
  /** Undefined when uploads stay on a volume. */
  readonly store: ObjectStore | undefined;

  constructor(name: string, args: CkanStackArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("ckan:index:CkanStack", name, concealed(args), opts);
    const { credentials, protection = Protection.Protected } = args;
    const { instance } = credentials;
    const self = { parent: this };
    const webHost = `${name}-web`;
    this.url = siteUrl(args);
    this.internalUrl = `http://${webHost}`;

    const namespace = this.namespace(name, args, protection);
    const { registries = [], podUser } = args;
    const secret = pullSecret(`${name}-registries`, { namespace, credentials, registries }, self);
    const part = { namespace, credentials, instance, protection, pods: { user: podUser, pullSecret: secret } };

    this.database = new PostgresDb(`${name}-database`, { ...part, server: args.database }, self).endpoints;
    this.search = new SolrCore(`${name}-search`, { ...part, server: args.search }, self).endpoint;
    this.queue = new RedisQueue(
      `${name}-queue`,
      { ...part, server: args.queue, autoscalers: queueAutoscalers(args) },
      self,
    ).endpoint;
    this.store = this.files(`${name}-files`, args.files, part);

    const { plugins } = args.ckan;
    const { database, search, queue, store, url, internalUrl } = this;
    const siteId = args.site.id;
    const site = { ...args.site, url, internalUrl, plugins, store: store && siteStore(store) };
    const configuration = new CkanConfiguration(
      `${name}-configuration`,
      { ...part, ...args.ckan, site, database, search, queue, store },
      self,
    );
    const { runtime, xloaderTokenId } = configuration;

    // Servers and bootstrap start together; the bootstrap waits inside, where waiting costs nothing. Web and worker of a new
    // release start when it is done, so that a failed one leaves the old pods serving.
    const { administrator } = args;
    const waitFor = servers([this.database.server, this.search, this.queue, ...(store === undefined ? [] : [store])]);
    const bootstrap = new CkanBootstrap(
      `${name}-bootstrap`,
      { ...part, runtime, database, waitFor, plugins, administrator, xloaderTokenId },
      self,
    );
    const released = { ...self, dependsOn: [bootstrap] };
    new CkanWeb(
      webHost,
      { ...part, ...args.web, ...webArgs(args, protection), runtime, host: webHost, store },
      released,
    );
    for (const [group, worker] of Object.entries({ [defaultGroup]: {}, ...args.workers })) {
      const own = { ...part, ...worker, group, runtime, queue, siteId };
      new XLoaderWorker(`${name}-${workerRole(group)}`, own, released);
    }
    if (plugins.includes("xloader")) {
      new XLoaderRecovery(`${name}-recovery`, { ...part, runtime, database, queue, siteId, internalUrl }, released);
    }

    const backend = { service: webHost, port: webServicePort };
    this.address = new CkanExposure(
      `${name}-exposure`,
      { ...part, host: args.host, backend, exposure: args.exposure },
      released,
    ).address;

    this.registerOutputs({ url, internalUrl, address: this.address });
  }

  /** The namespace, which admits only pods of the `restricted` standard, and in which nothing flows unless a part says so. */
  private namespace(name: string, args: CkanStackArgs, protection: Protection): pulumi.Output<string> {
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

  private files(
    name: string,
    files: FilesArgs,
    part: Pick<MinioStorageArgs, "namespace" | "credentials" | "protection" | "pods">,
  ) {
    switch (files.kind) {
      case "minio":
        return new MinioStorage(name, { ...part, ...files }, { parent: this }).store;
      case "s3":
        return new S3Storage(name, { ...part, ...files }, { parent: this }).store;
      case "volume":
        return undefined;
    }
  }
}

/** The arguments as they may be written to the state. */
function concealed(args: CkanStackArgs): CkanStackArgs {
  const { registries = [], database, queue, files } = args;
  return {
    ...args,
    registries: concealRegistries(registries),
    database: concealPostgres(database),
    queue: concealRedis(queue),
    files: files.kind === "s3" ? concealKeys(files) : files,
  };
}

function siteUrl({ host, exposure }: CkanStackArgs): string {
  return exposure.kind === "node-port" ? `http://${host}:${exposure.nodePort}` : `https://${host}`;
}

function siteStore(store: ObjectStore): NonNullable<Site["store"]> {
  const { protocol, host, port, bucket, region, reachableByBrowsers } = store;
  const standard = (protocol === "http" && port === 80) || (protocol === "https" && port === 443);
  const endpoint = `${protocol}://${host}${standard ? "" : `:${port}`}`;
  return { endpoint, bucket, region, reachableByBrowsers };
}

function servers(endpoints: readonly { readonly host: pulumi.Input<string>; readonly port: number }[]) {
  return endpoints.map(({ host, port }) => pulumi.interpolate`${host}:${port}`);
}

function webArgs(
  { exposure, files, site }: CkanStackArgs,
  protection: Protection,
): Pick<CkanWebArgs, "maximumUploadMegabytes" | "nodePort" | "uploads"> {
  return {
    maximumUploadMegabytes: site.maximumUploadMegabytes,
    nodePort: exposure.kind === "node-port" ? exposure.nodePort : undefined,
    uploads: files.kind === "volume" ? { storage: files.storage, protection } : undefined,
  };
}

function namespaceLabels(instance: string): Record<string, string> {
  const levels = ["enforce", "audit", "warn"];
  return {
    ...instanceLabels(instance),
    ...Object.fromEntries(levels.map((level) => [`pod-security.kubernetes.io/${level}`, "restricted"])),
  };
}
