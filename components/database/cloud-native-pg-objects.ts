/** Objects of CloudNativePG (postgresql.cnpg.io/v1) and of its Barman Cloud plugin, with the fields that a site needs. */
import type { Input } from "@pulumi/pulumi";
import type { CustomObject } from "../kubernetes/custom-object.ts";
import { environment } from "../kubernetes/env.ts";
import { placement, type podOptions } from "../kubernetes/pod-options.ts";
import type { SecretReference } from "../site/endpoints.ts";
import type { CloudNativePostgres, PostgresBackup, PostgresPooler } from "./settings.ts";

const api = "postgresql.cnpg.io/v1";
const barman = "barman-cloud.cloudnative-pg.io";

export interface ClusterArgs {
  /** Main database and its owner, who also owns the datastore. */
  readonly database: string;
  readonly owner: ManagedRole;
  readonly reader: ManagedRole;
  /** Name of the ObjectStore for write-ahead logs. @default no archive */
  readonly archive?: string | undefined;
  /** Placement and metadata of the servers' pods. */
  readonly pods: ReturnType<typeof podOptions>;
  /** Image pull Secret. @default none */
  readonly pullSecret?: Input<string> | undefined;
  /** Annotations of the servers' service account, such as its cloud identity. */
  readonly serviceAccount?: Readonly<Record<string, Input<string>>> | undefined;
}

export interface ManagedRole {
  readonly name: string;
  /** A Secret of type kubernetes.io/basic-auth. */
  readonly secretName: Input<string>;
}

export function cluster(settings: CloudNativePostgres, args: ClusterArgs): CustomObject {
  const { image, instances, storage, storageClass, resources, parameters } = settings;
  const { database, owner, reader, archive, serviceAccount } = args;
  return {
    apiVersion: api,
    kind: "Cluster",
    spec: {
      imageName: image,
      ...(args.pullSecret !== undefined && { imagePullSecrets: [{ name: args.pullSecret }] }),
      instances,
      // No superuser is needed: the operator creates the roles, and the owner does the rest.
      enableSuperuserAccess: false,
      primaryUpdateStrategy: "unsupervised",
      // A standby takes over first, so that an update takes a few seconds instead of a restart.
      primaryUpdateMethod: "switchover",
      bootstrap: {
        initdb: {
          database,
          owner: owner.name,
          secret: { name: owner.secretName },
          encoding: "UTF8",
          dataChecksums: true,
        },
      },
      managed: { roles: [managedRole(owner), managedRole(reader)] },
      postgresql: {
        parameters: { ...parameters },
        ...(instances > 1 && { synchronous: synchronous(instances) }),
      },
      storage: { size: storage, ...(storageClass !== undefined && { storageClass }) },
      resources: { requests: { ...resources.requests }, limits: { ...resources.limits } },
      affinity: {
        enablePodAntiAffinity: true,
        podAntiAffinityType: "preferred",
        topologyKey: zone,
        ...placement(args.pods),
      },
      ...carried(args.pods),
      ...(archive !== undefined && {
        plugins: [{ name: barman, isWALArchiver: true, parameters: { barmanObjectName: archive } }],
      }),
      ...(serviceAccount !== undefined && { serviceAccountTemplate: { metadata: { annotations: serviceAccount } } }),
    },
  };
}

const zone = "topology.kubernetes.io/zone";

/** The operator has no pod template. Everything that it creates, volumes included, inherits labels and annotations. */
function carried({ labels, annotations, environment: variables }: ClusterArgs["pods"]) {
  const inherited = {
    ...(Object.keys(labels).length > 0 && { labels: { ...labels } }),
    ...(Object.keys(annotations).length > 0 && { annotations: { ...annotations } }),
  };
  const env = environment(Object.entries(variables).map(([name, value]) => ({ name, value })));
  return {
    ...(Object.keys(inherited).length > 0 && { inheritedMetadata: inherited }),
    ...(env.length > 0 && { env }),
  };
}

function managedRole({ name, secretName }: ManagedRole) {
  return { name, ensure: "present", login: true, inherit: true, passwordSecret: { name: secretName } };
}

/**
 * A commit is confirmed once two instances have it. With three instances, writes go on while one is down. With two they would stop, so a
 * single copy is enough then.
 */
function synchronous(instances: number) {
  return { method: "any", number: 1, dataDurability: instances > 2 ? "required" : "preferred" };
}

export function database(name: string, owner: string, cluster: Input<string>, keeps: boolean): CustomObject {
  const databaseReclaimPolicy = keeps ? "retain" : "delete";
  return {
    apiVersion: api,
    kind: "Database",
    spec: {
      name,
      owner,
      cluster: { name: cluster },
      encoding: "UTF8",
      template: "template0",
      ensure: "present",
      databaseReclaimPolicy,
    },
  };
}

/** Placed like the servers. A template must have a list of containers, even an empty one; the operator adds its own. */
export function pooler(
  { instances, mode }: PostgresPooler,
  cluster: Input<string>,
  { labels, annotations, ...pods }: ClusterArgs["pods"],
): CustomObject {
  const metadata = {
    ...(Object.keys(labels).length > 0 && { labels: { ...labels } }),
    ...(Object.keys(annotations).length > 0 && { annotations: { ...annotations } }),
  };
  const placed = placement(pods);
  const template = Object.keys({ ...metadata, ...placed }).length > 0 && {
    template: { metadata, spec: { containers: [], ...placed } },
  };
  return {
    apiVersion: api,
    kind: "Pooler",
    spec: { cluster: { name: cluster }, instances, type: "rw", pgbouncer: { poolMode: mode }, ...template },
  };
}

/** Access to an archive by the Google identity of the servers' pods. */
export const googleAccess = { googleCredentials: { gkeEnvironment: true } };

export function s3Access(endpointURL: string, accessKey: SecretReference, secretKey: SecretReference) {
  const key = ({ secretName, key }: SecretReference) => ({ name: secretName, key });
  return { endpointURL, s3Credentials: { accessKeyId: key(accessKey), secretAccessKey: key(secretKey) } };
}

/** Destination of base backups and write-ahead logs. */
export function objectStore(
  { store, retention }: PostgresBackup,
  access: typeof googleAccess | ReturnType<typeof s3Access>,
): CustomObject {
  return {
    apiVersion: "barmancloud.cnpg.io/v1",
    kind: "ObjectStore",
    spec: {
      configuration: {
        destinationPath: store.destination,
        ...access,
        wal: { compression: "gzip" },
        data: { compression: "gzip" },
      },
      retentionPolicy: retention,
    },
  };
}

/** `schedule` is the operator's cron format with six fields, seconds first. */
export function scheduledBackup(schedule: string, cluster: Input<string>): CustomObject {
  return {
    apiVersion: api,
    kind: "ScheduledBackup",
    spec: {
      schedule,
      cluster: { name: cluster },
      // The first backup runs at once: without one, logs alone restore nothing.
      immediate: true,
      backupOwnerReference: "self",
      method: "plugin",
      pluginConfiguration: { name: barman },
    },
  };
}

/** A PodMonitor of its own: the operator's setting for it is deprecated. */
export function podMonitor(pods: Readonly<Record<string, string>>): CustomObject {
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PodMonitor",
    spec: { selector: { matchLabels: { ...pods } }, podMetricsEndpoints: [{ port: "metrics" }] },
  };
}
