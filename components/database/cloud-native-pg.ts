/** A PostgreSQL cluster of the instance's own that the operator CloudNativePG (1.29 or newer) runs. */
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { portOf } from "../egress/egress.ts";
import { customResource } from "../kubernetes/declare/custom-resource.ts";
import { durable, Protection } from "../kubernetes/durability.ts";
import { clientLabel, labels } from "../kubernetes/labels.ts";
import { objectMetadata } from "../kubernetes/metadata.ts";
import { allow, fromNamespace, fromPods, metadataServer, toNetworks } from "../kubernetes/network.ts";
import { podResources, type Resources } from "../kubernetes/pod.ts";
import { podOptions } from "../kubernetes/pod-options.ts";
import type { Credential } from "../site/credentials.ts";
import { credentialsSecret } from "../site/credentials-secret.ts";
import type { Access, SecretReference } from "../site/endpoints.ts";
import { sizes } from "../site/sizes.ts";
import * as manifests from "./cloud-native-pg-objects.ts";
import { type KindArgs, postgresPort, type ServedDatabases } from "./kind.ts";

export interface CloudNativePostgres {
  readonly kind: "cloud-native-pg";
  /** One of the operator's images, by exact tag. PostgreSQL 15 or newer. */
  readonly image: string;
  /** Servers: one that is written to, and standbys in other zones where there are any. @default 3 */
  readonly instances?: number;
  /** Size of each server's volume. @default 10Gi */
  readonly storage?: string;
  /** @default the cluster's default class */
  readonly storageClass?: string | undefined;
  /** @default 100m to 1 processor, 256Mi to 512Mi */
  readonly resources?: Resources;
  /** Further settings of the server. @default none */
  readonly parameters?: Readonly<Record<string, string>>;
  /** PgBouncer in front of the servers. @default none */
  readonly pooler?: manifests.PoolerArgs | undefined;
  /** Base backups and write-ahead logs, to any point in time. @default none */
  readonly backup?: PostgresBackup | undefined;
  /** Namespace in which Prometheus runs; with it, the servers are monitored. @default not monitored */
  readonly prometheusNamespace?: string | undefined;
  /** @default cnpg-system */
  readonly operatorNamespace?: string;
}

export interface PostgresBackup {
  readonly store: S3Backup | GcsBackup;
  /** When base backups are made: six fields, seconds first. @default 0 30 1 * * *, at half past one UTC */
  readonly schedule?: string;
  /** How long backups are kept, such as 30d, 8w or 6m. @default 30d */
  readonly retention?: string;
}

export interface S3Backup {
  readonly kind: "s3";
  /** Such as s3://backups/opendata. */
  readonly destination: string;
  readonly endpoint: string;
  readonly accessKey: pulumi.Input<string>;
  readonly secretKey: pulumi.Input<string>;
}

export interface GcsBackup {
  readonly kind: "gcs";
  /** Such as gs://backups/opendata. */
  readonly destination: string;
  /** E-mail address of the Google service account that may write there; the servers' pods act as it. */
  readonly serviceAccount: pulumi.Input<string>;
}

/** Port on which the operator asks the servers for their state. */
const statusPort = 8000;
const metricsPort = 9187;

type Args = KindArgs<CloudNativePostgres>;

export function declareCloudNativePostgres(
  name: string,
  args: Args,
  options: pulumi.CustomResourceOptions,
): ServedDatabases {
  const { server, names, roles, protection } = args;
  const { image, instances = 3, storage = sizes.database.storage, backup } = server;
  const object = metadataOf(args);
  const keeping = { ...options, ...durable(protection) };
  const archive = backup === undefined ? undefined : declareArchive(name, args, backup, options);
  const policies = declarePolicies(name, args, options);

  const cluster = customResource(
    name,
    manifests.cluster({
      image,
      instances,
      storage,
      storageClass: server.storageClass,
      resources: podResources([{ resources: server.resources ?? sizes.database.resources }], args.pods)[0],
      parameters: server.parameters ?? {},
      database: names.main,
      owner: { name: names.main, secretName: roleSecret(`${name}-owner`, args, names.main, roles.owner, options) },
      reader: {
        name: names.datastoreReader,
        secretName: roleSecret(`${name}-reader`, args, names.datastoreReader, roles.reader, options),
      },
      archive,
      pods: podOptionsOf(args),
      pullSecret: args.pods?.pullSecret,
      serviceAccount: backup?.store.kind === "gcs" ? identityAtGoogle(backup.store) : undefined,
    }),
    // The servers are made one after the other, each with a volume and a copy of the first one's data.
    { ...object, name, waitFor: "condition=Ready", waitSeconds: 900 * instances },
    { ...keeping, dependsOn: policies },
  );
  const clusterName = cluster.metadata.name;
  customResource(
    `${name}-datastore`,
    manifests.database(names.datastore, names.main, clusterName, protection !== Protection.Disposable),
    { ...object, name: `${name}-datastore`, waitFor: "jsonpath={.status.applied}=true" },
    keeping,
  );
  if (archive !== undefined) {
    // Not waited for: the operator reports the runs, not the schedule.
    const schedule = manifests.scheduledBackup(backup?.schedule ?? "0 30 1 * * *", clusterName);
    customResource(`${name}-backup`, schedule, { ...object, name: `${name}-backup` }, options);
  }
  if (server.prometheusNamespace !== undefined) {
    // Not waited for: Prometheus' operator reports nothing.
    customResource(name, manifests.podMonitor(podsOf(name)), { ...object, name }, options);
  }
  const access: Access = {
    clientLabels: clientLabel("database"),
    destination: { kind: "pods", labels: podsOf(name), port: postgresPort },
  };
  const served = { server: { host: `${name}-rw`, port: postgresPort, sslMode: "require" as const }, access };
  return server.pooler === undefined
    ? served
    : { ...served, ...declarePooler(`${name}-pooler`, args, server.pooler, clusterName, options) };
}

function metadataOf({ namespace, identity }: Args) {
  return { namespace, labels: labels(identity) };
}

function podOptionsOf({ pods = {}, identity }: Args) {
  return podOptions(pods, identity.component);
}

/** The servers' pods and the pooler's: the operator gives both this label. */
function podsOf(cluster: string): Readonly<Record<string, string>> {
  return { "cnpg.io/cluster": cluster };
}

/** A role's password in the form that the operator reads. */
function roleSecret(
  name: string,
  { namespace, identity, credentials }: Args,
  username: string,
  password: Credential,
  options: pulumi.CustomResourceOptions,
): pulumi.Input<string> {
  const type = "kubernetes.io/basic-auth";
  const args = { namespace, identity, credentials, type, data: { username, password } };
  return credentialsSecret(name, args, options).password.secretName;
}

/** The ObjectStore, by its name. Not waited for: the plugin reports the backups, not the store. */
function declareArchive(
  name: string,
  args: Args,
  { store, retention = "30d" }: PostgresBackup,
  options: pulumi.CustomResourceOptions,
): string {
  const archive = `${name}-archive`;
  const object = manifests.objectStore(
    store.kind === "gcs" ? store : { ...store, ...archiveKey(`${archive}-key`, args, store, options) },
    retention,
  );
  customResource(archive, object, { ...metadataOf(args), name: archive }, options);
  return archive;
}

function archiveKey(
  name: string,
  { namespace, identity, credentials }: Args,
  { accessKey, secretKey }: S3Backup,
  options: pulumi.CustomResourceOptions,
): { readonly accessKey: SecretReference; readonly secretKey: SecretReference } {
  const data = { "access-key": accessKey, "secret-key": secretKey };
  const key = credentialsSecret(name, { namespace, identity, credentials, data }, options);
  return { accessKey: key["access-key"], secretKey: key["secret-key"] };
}

function identityAtGoogle({ serviceAccount }: GcsBackup): Readonly<Record<string, pulumi.Input<string>>> {
  return { "iam.gke.io/gcp-service-account": serviceAccount };
}

/** PgBouncer, as the host that CKAN connects to. */
function declarePooler(
  name: string,
  args: Args,
  pooler: manifests.PoolerArgs,
  cluster: pulumi.Input<string>,
  options: pulumi.CustomResourceOptions,
): Pick<ServedDatabases, "host"> {
  const ready = `jsonpath={.status.instances}=${pooler.instances}`;
  customResource(
    name,
    manifests.pooler(pooler, cluster, podOptionsOf(args)),
    { ...metadataOf(args), name, waitFor: ready },
    options,
  );
  return { host: name };
}

/** The instance's namespace lets nothing flow that is not written here, not even between the servers. */
function declarePolicies(name: string, args: Args, options: pulumi.CustomResourceOptions): pulumi.Resource[] {
  const { operatorNamespace = "cnpg-system", prometheusNamespace, backup } = args.server;
  const pods = podsOf(name);
  const among = (port: number): Access => ({ clientLabels: {}, destination: { kind: "pods", labels: pods, port } });
  const anywhere = (port: number): Access => toNetworks(["0.0.0.0/0"], port);
  const policy = new kubernetes.networking.v1.NetworkPolicy(
    name,
    {
      metadata: objectMetadata({ ...metadataOf(args), name }),
      spec: allow({
        pods,
        from: [
          fromPods(clientLabel("database"), postgresPort),
          fromPods(pods, postgresPort),
          fromPods(pods, statusPort),
          fromNamespace(operatorNamespace, statusPort),
          fromNamespace(operatorNamespace, postgresPort),
          ...(prometheusNamespace === undefined ? [] : [fromNamespace(prometheusNamespace, metricsPort)]),
        ],
        to: [
          among(postgresPort),
          among(statusPort),
          // Each server's manager talks to the API server and to the archive, whose addresses differ from cluster to cluster.
          ...managerPorts(backup).map(anywhere),
          ...(backup?.store.kind === "gcs" ? metadataServer : []),
        ],
        resolvers: args.pods?.dnsResolvers,
      }),
    },
    options,
  );
  return [policy];
}

/** Of the API server, by its Service and by its nodes, and of the archive. */
function managerPorts(backup: PostgresBackup | undefined): readonly number[] {
  return [...new Set([443, 6443, ...(backup?.store.kind === "s3" ? [portOf(backup.store.endpoint)] : [])])];
}
