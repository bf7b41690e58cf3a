/** A PostgreSQL cluster of the site's own, run by the operator CloudNativePG (1.29 or newer). */
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { portOf } from "../egress/egress.ts";
import { customResource } from "../kubernetes/declare/custom-resource.ts";
import { durable, Protection } from "../kubernetes/durability.ts";
import { clientLabel, labels } from "../kubernetes/labels.ts";
import { objectMetadata } from "../kubernetes/metadata.ts";
import { allow, fromNamespace, fromPods, metadataServer, toNetworks } from "../kubernetes/network.ts";
import { podResources } from "../kubernetes/pod.ts";
import { podOptions } from "../kubernetes/pod-options.ts";
import type { Credential } from "../site/credentials.ts";
import { credentialsSecret } from "../site/credentials-secret.ts";
import type { Access } from "../site/endpoints.ts";
import * as manifests from "./cloud-native-pg-objects.ts";
import type { KindArgs, ServedDatabases } from "./kind.ts";
import { type CloudNativePostgres, type PostgresBackup, type PostgresPooler, postgresPort } from "./settings.ts";

/** Port on which the operator queries the servers' status. */
const statusPort = 8000;
const metricsPort = 9187;

export function declareCloudNativePg(
  name: string,
  args: KindArgs,
  settings: CloudNativePostgres,
  options: pulumi.CustomResourceOptions,
): ServedDatabases {
  const { names, roles, protection } = args;
  const { backup } = settings;
  const [resources] = podResources([settings], args.pods);
  const object = metadataOf(args);
  const keeping = { ...options, ...durable(protection) };
  const archive = backup === undefined ? undefined : declareArchive(name, args, backup, options);
  const policies = declarePolicies(name, args, settings, options);

  const cluster = customResource(
    name,
    manifests.cluster(
      { ...settings, resources },
      {
        database: names.main,
        owner: { name: names.main, secretName: roleSecret(`${name}-owner`, args, names.main, roles.owner, options) },
        reader: {
          name: names.datastoreReader,
          secretName: roleSecret(`${name}-reader`, args, names.datastoreReader, roles.reader, options),
        },
        archive,
        pods: podOptionsOf(args),
        pullSecret: args.pods?.pullSecret,
        serviceAccount: backup?.store.kind === "gcs" ? identityAtGoogle(backup.store.serviceAccount) : undefined,
      },
    ),
    // Servers are created one after the other; each gets a volume and a copy of the first one's data.
    { ...object, name, waitFor: "condition=Ready", waitSeconds: 900 * settings.instances },
    { ...keeping, dependsOn: policies },
  );
  const clusterName = cluster.metadata.name;
  customResource(
    `${name}-datastore`,
    manifests.database(names.datastore, names.main, clusterName, protection !== Protection.Disposable),
    { ...object, name: `${name}-datastore`, waitFor: "jsonpath={.status.applied}=true" },
    keeping,
  );
  if (backup !== undefined) {
    // Not awaited: the operator reports the status of backups, not of schedules.
    const schedule = manifests.scheduledBackup(backup.schedule, clusterName);
    customResource(`${name}-backup`, schedule, { ...object, name: `${name}-backup` }, options);
  }
  if (settings.prometheusNamespace !== undefined) {
    // Not awaited: Prometheus' operator reports no status.
    customResource(name, manifests.podMonitor(podsOf(name)), { ...object, name }, options);
  }
  const access: Access = {
    clientLabels: clientLabel("database"),
    destination: { kind: "pods", labels: podsOf(name), port: postgresPort },
  };
  const served = { server: { host: `${name}-rw`, port: postgresPort, sslMode: "require" as const }, access };
  return settings.pooler === undefined
    ? served
    : { ...served, ...declarePooler(`${name}-pooler`, args, settings.pooler, clusterName, options) };
}

function metadataOf({ namespace, identity }: KindArgs) {
  return { namespace, labels: labels(identity) };
}

function podOptionsOf({ pods = {}, identity }: KindArgs) {
  return podOptions(pods, identity.component);
}

/** Selects the pods of the servers and the pooler: the operator puts this label on both. */
function podsOf(cluster: string): Readonly<Record<string, string>> {
  return { "cnpg.io/cluster": cluster };
}

/** A role's password in the format that the operator expects. */
function roleSecret(
  name: string,
  { namespace, identity, credentials }: KindArgs,
  username: string,
  password: Credential,
  options: pulumi.CustomResourceOptions,
): pulumi.Input<string> {
  const type = "kubernetes.io/basic-auth";
  const args = { namespace, identity, credentials, type, data: { username, password } };
  return credentialsSecret(name, args, options).password.secretName;
}

/** Declares the ObjectStore and returns its name. Not awaited: the plugin reports the status of backups, not of the store. */
function declareArchive(
  name: string,
  args: KindArgs,
  backup: PostgresBackup,
  options: pulumi.CustomResourceOptions,
): string {
  const archive = `${name}-archive`;
  const access = archiveAccess(`${archive}-key`, args, backup.store, options);
  customResource(archive, manifests.objectStore(backup, access), { ...metadataOf(args), name: archive }, options);
  return archive;
}

function archiveAccess(
  name: string,
  { namespace, identity, credentials }: KindArgs,
  store: PostgresBackup["store"],
  options: pulumi.CustomResourceOptions,
) {
  switch (store.kind) {
    case "gcs":
      return manifests.googleAccess;
    case "s3": {
      const data = { "access-key": store.accessKey, "secret-key": store.secretKey };
      const key = credentialsSecret(name, { namespace, identity, credentials, data }, options);
      return manifests.s3Access(store.endpoint, key["access-key"], key["secret-key"]);
    }
  }
}

function identityAtGoogle(serviceAccount: pulumi.Input<string>): Readonly<Record<string, pulumi.Input<string>>> {
  return { "iam.gke.io/gcp-service-account": serviceAccount };
}

/** Declares PgBouncer and returns the host that CKAN connects to. */
function declarePooler(
  name: string,
  args: KindArgs,
  pooler: PostgresPooler,
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

/** The namespace denies all other traffic, even between the servers. */
function declarePolicies(
  name: string,
  args: KindArgs,
  { operatorNamespace, prometheusNamespace, backup }: CloudNativePostgres,
  options: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
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
          // Each server's instance manager talks to the API server and to the archive, whose addresses vary between clusters.
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

/** Ports of the API server, by its Service and on its nodes, and of the archive. */
function managerPorts(backup: PostgresBackup | undefined): readonly number[] {
  return [...new Set([443, 6443, ...(backup?.store.kind === "s3" ? [portOf(backup.store.endpoint)] : [])])];
}
