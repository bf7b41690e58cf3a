/** A PostgreSQL server of the instance's own that Google runs. */
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

/** Not `postgres`: that one belongs to whoever made the server by hand. */
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
    // Grown by Google; the file says what it began with.
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
      // A role that owns anything cannot be dropped; it goes with the server.
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
        // Not through the proxy, which is for pods.
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
    // The provider's own refusal to delete, and Google's, whoever asks.
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

/** What the stack file says, and room for the site's connections where Google's default for the machine has too little. */
function databaseFlags({ edition, tier, flags }: CloudSqlPostgres, connections = 0) {
  // The settings name no machine whose memory is unknown.
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

/** The server's own service account reads dumps, and nothing else of the bucket. */
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
