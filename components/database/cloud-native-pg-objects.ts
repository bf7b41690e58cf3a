/** The objects of CloudNativePG (postgresql.cnpg.io/v1) and of its Barman Cloud plugin, as far as a site needs them. */
import type { Input } from "@pulumi/pulumi";
import type { CustomObject } from "../kubernetes/custom-object.ts";
import { environment } from "../kubernetes/env.ts";
import { placement, type podOptions } from "../kubernetes/pod-options.ts";
import type { SecretReference } from "../site/endpoints.ts";
import type { CloudNativePostgres, PostgresBackup, PostgresPooler } from "./settings.ts";

const api = "postgresql.cnpg.io/v1";
const barman = "barman-cloud.cloudnative-pg.io";

export interface ClusterArgs {
  /** Main database and its owner, who owns the datastore as well. */
  readonly database: string;
  readonly owner: ManagedRole;
  readonly reader: ManagedRole;
  /** Name of the ObjectStore that write-ahead logs go to. @default no archive */
  readonly archive?: string | undefined;
  /** Where the servers run and what they carry. */
  readonly pods: ReturnType<typeof podOptions>;
  /** Secret with the passwords of the registries that images come from. @default none */
  readonly pullSecret?: Input<string> | undefined;
  /** Annotations of the server's own service account: an identity at a cloud. */
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
      // Nobody is superuser: the operator makes the roles, and the owner does the rest.
      enableSuperuserAccess: false,
      primaryUpdateStrategy: "unsupervised",
      // A standby takes over first, so that an update costs a few seconds and not a restart.
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

/** The operator has no template of a pod: whatever it makes inherits labels and annotations, its volumes too. */
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
 * What CKAN was told is saved stands on two instances. With three, writing goes on while one is away; with two it would stop, so
 * that it goes on with one copy then.
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

/** Where it runs is the servers' place; a template has to name its containers, be it none (the operator adds its own). */
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

/** How an archive is reached by the identity of the server's pods at Google. */
export const googleAccess = { googleCredentials: { gkeEnvironment: true } };

export function s3Access(endpointURL: string, accessKey: SecretReference, secretKey: SecretReference) {
  const key = ({ secretName, key }: SecretReference) => ({ name: secretName, key });
  return { endpointURL, s3Credentials: { accessKeyId: key(accessKey), secretAccessKey: key(secretKey) } };
}

/** Where base backups and write-ahead logs go. */
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

/** `schedule` has six fields: the operator's begins with seconds. */
export function scheduledBackup(schedule: string, cluster: Input<string>): CustomObject {
  return {
    apiVersion: api,
    kind: "ScheduledBackup",
    spec: {
      schedule,
      cluster: { name: cluster },
      // The first one at once: without it, logs alone restore nothing.
      immediate: true,
      backupOwnerReference: "self",
      method: "plugin",
      pluginConfiguration: { name: barman },
    },
  };
}

/** The operator's own setting for it is deprecated. */
export function podMonitor(pods: Readonly<Record<string, string>>): CustomObject {
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PodMonitor",
    spec: { selector: { matchLabels: { ...pods } }, podMetricsEndpoints: [{ port: "metrics" }] },
  };
}
