/** A PostgreSQL server of the site's own on Cloud SQL. */
import * as pulumi from "@pulumi/pulumi";
import { durable, Protection } from "../kubernetes/durability.ts";
import { toNetworks } from "../kubernetes/network.ts";
import { cloudSql, cloudStorage } from "../sdk.ts";
import { Purpose } from "../site/purposes.ts";
import { administer } from "./administration.ts";
import { askedConnections, googlesConnections, machineMemory } from "./cloud-sql-machines.ts";
import { declareProxy } from "./cloud-sql-proxy.ts";
import type { CloudSqlPostgres } from "./cloud-sql-settings.ts";
import type { KindArgs, ServedDatabases } from "./kind.ts";
import { postgresPort } from "./settings.ts";

/** Not `postgres`, which may be in use by whoever created the server. */
const administrator = "ckan_administrator";

export function declareCloudSql(
  name: string,
  args: KindArgs,
  settings: CloudSqlPostgres,
  options: pulumi.CustomResourceOptions,
): ServedDatabases {
  const { credentials, protection } = args;
  const { project, networks, administration, connection } = settings;
  const sdk = cloudSql();
  const instance = new sdk.DatabaseInstance(name, instanceArgs(args, settings), {
    ...options,
    ...durable(protection),
    // Google grows the disk; the stack file sets only its initial size.
    ignoreChanges: ["settings.diskSize"],
  });
  const password = credentials.derive(Purpose.DatabaseAdministrator);
  const user = new sdk.User(
    `${name}-administrator`,
    {
      project,
      instance: instance.name,
      name: administrator,
      password: password.secret,
      // A role that owns objects cannot be dropped; it goes with the server.
      deletionPolicy: "ABANDON",
    },
    options,
  );
  declareImports(name, settings, instance.serviceAccountEmailAddress, options);

  const address = settings.privateNetwork === undefined ? instance.publicIpAddress : instance.privateIpAddress;
  const reached =
    connection.kind === "auth-proxy"
      ? declareProxy(
          `${name}-proxy`,
          { ...args, server: settings, proxy: connection, connectionName: instance.connectionName },
          options,
        )
      : { host: address, sslMode: "require" as const, access: toNetworks(networks, postgresPort) };
  const { host, sslMode, access } = reached;
  return {
    server: administer(
      name,
      args,
      {
        administration,
        host,
        port: postgresPort,
        sslMode,
        administrator: { user: user.name, password },
        // The proxy is for pods only.
        outside: { host: address, sslMode: "require" },
      },
      options,
    ),
    access,
  };
}

function instanceArgs({ protection, connections }: KindArgs, settings: CloudSqlPostgres) {
  const { project, region, name, tier, version, edition, backup, maintenance } = settings;
  const guarded = protection === Protection.Protected;
  return {
    project,
    region,
    name,
    databaseVersion: version,
    // Deletion protection of the provider, and of Google itself for every client.
    deletionProtection: guarded,
    settings: {
      tier,
      edition,
      availabilityType: settings.availability === "zonal" ? "ZONAL" : "REGIONAL",
      diskType: "PD_SSD",
      diskSize: settings.storageGigabytes,
      diskAutoresize: true,
      deletionProtectionEnabled: guarded,
      retainBackupsOnDelete: protection !== Protection.Disposable,
      ipConfiguration: ipConfiguration(settings),
      backupConfiguration: {
        enabled: true,
        startTime: backup.startTime,
        pointInTimeRecoveryEnabled: true,
        transactionLogRetentionDays: backup.logDays,
        backupRetentionSettings: { retainedBackups: backup.retained, retentionUnit: "COUNT" },
      },
      maintenanceWindow: { ...maintenance, updateTrack: "stable" },
      insightsConfig: { queryInsightsEnabled: true },
      databaseFlags: databaseFlags(settings, connections),
    },
  };
}

/** The stack file's flags, and a higher max_connections where Google's default for the machine is too low for the site. */
function databaseFlags({ edition, tier, flags }: CloudSqlPostgres, connections = 0) {
  // The schema accepts only machines whose memory is known.
  const memory = machineMemory(edition, tier) ?? 0;
  const asked = askedConnections(memory, connections + googlesConnections);
  return Object.entries({ ...(asked !== undefined && { max_connections: String(asked) }), ...flags })
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([flag, value]) => ({ name: flag, value }));
}

function ipConfiguration({ privateNetwork, allocatedRange, authorizedNetworks }: CloudSqlPostgres) {
  return {
    ipv4Enabled: authorizedNetworks.length > 0,
    authorizedNetworks: authorizedNetworks.map((value) => ({ name: value.replace("/", "-"), value })),
    sslMode: "ENCRYPTED_ONLY",
    ...(privateNetwork !== undefined && { privateNetwork }),
    ...(allocatedRange !== undefined && { allocatedIpRange: allocatedRange }),
  };
}

/** The server's own service account may read dumps, and nothing else in the bucket. */
function declareImports(
  name: string,
  { importBuckets }: CloudSqlPostgres,
  account: pulumi.Output<string>,
  options: pulumi.CustomResourceOptions,
): void {
  for (const bucket of importBuckets) {
    const member = pulumi.interpolate`serviceAccount:${account}`;
    new (cloudStorage().BucketIAMMember)(
      `${name}-imports-${bucket}`,
      { bucket, role: "roles/storage.objectViewer", member },
      options,
    );
  }
}
