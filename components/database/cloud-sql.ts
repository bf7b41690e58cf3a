/** A PostgreSQL server of the instance's own that Google runs. */
import * as pulumi from "@pulumi/pulumi";
import { durable, Protection } from "../kubernetes/durability.ts";
import { toNetworks } from "../kubernetes/network.ts";
import { cloudSql, cloudStorage } from "../sdk.ts";
import { Purpose } from "../site/purposes.ts";
import { userError } from "../user-error.ts";
import { administer } from "./administration.ts";
import {
  askedConnections,
  CloudSqlEdition,
  expectedMachine,
  googlesConnections,
  machineMemory,
} from "./cloud-sql-machines.ts";
import { type CloudSqlProxy, declareProxy } from "./cloud-sql-proxy.ts";
import { Administration, type KindArgs, postgresPort, type ServedDatabases } from "./kind.ts";

export interface CloudSqlPostgres {
  readonly kind: "cloud-sql";
  /** Google Cloud project that holds the server. */
  readonly project: string;
  /** Such as europe-west3. */
  readonly region: string;
  /** Name of the server in its project. */
  readonly name: string;
  /** Machine, such as db-custom-2-7680 (processors and megabytes of memory) or, with ENTERPRISE_PLUS, db-perf-optimized-N-2. */
  readonly tier: string;
  /** @default POSTGRES_17 */
  readonly version?: string;
  /** @default ENTERPRISE */
  readonly edition?: CloudSqlEdition;
  /** `regional` keeps a standby in another zone. @default regional */
  readonly availability?: "regional" | "zonal";
  /** Gigabytes to begin with; the disk grows by itself. @default 20 */
  readonly storageGigabytes?: number;
  /** VPC network, as projects/<project>/global/networks/<name>, in which the server gets its address. @default none */
  readonly privateNetwork?: string | undefined;
  /** Range of that network. @default any that is allocated to Google's services */
  readonly allocatedRange?: string | undefined;
  /** Networks that may reach a public address. Without any, the server has none. @default none */
  readonly authorizedNetworks?: readonly string[];
  /** How pods get there. @default address */
  readonly connection?: { readonly kind: "address" } | CloudSqlProxy;
  readonly backup?: CloudSqlBackup | undefined;
  /** When Google may restart the server: day of the week from 1 (Monday) to 7, hour in UTC. @default Sunday at 3 */
  readonly maintenance?: { readonly day: number; readonly hour: number };
  /**
   * Flags of the server; a change of some restarts it, of `max_connections` for one.
   * @default Google's own, by the machine's memory; more connections where the site opens more
   */
  readonly flags?: Readonly<Record<string, string>>;
  /** Who makes roles and databases. @default cluster */
  readonly administration?: Administration;
  /** Buckets from which dumps are imported: the server may read them. @default none */
  readonly importBuckets?: readonly string[];
  /** IPv4 networks that hold the server, for the network policies. @default 0.0.0.0/0 */
  readonly networks?: readonly string[];
}

export interface CloudSqlBackup {
  /** Start of the daily backup in UTC, as hours and minutes. @default 01:30 */
  readonly startTime?: string;
  /** Daily backups that are kept. @default 14 */
  readonly retained?: number;
  /** Days of logs, to any point of which the server can be restored, 1 to 7 (35 with ENTERPRISE_PLUS). @default 7 */
  readonly logDays?: number;
}

/** Not `postgres`: that one belongs to whoever made the server by hand. */
const administrator = "ckan_administrator";

type Args = KindArgs<CloudSqlPostgres>;

export function declareCloudSql(name: string, args: Args, options: pulumi.CustomResourceOptions): ServedDatabases {
  const { server, credentials, protection } = args;
  const { project, networks = ["0.0.0.0/0"], administration = Administration.Cluster } = server;
  const sdk = cloudSql();
  const instance = new sdk.DatabaseInstance(name, instanceArgs(args), {
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
  declareImports(name, server, instance.serviceAccountEmailAddress, options);

  const address = server.privateNetwork === undefined ? instance.publicIpAddress : instance.privateIpAddress;
  const reached =
    server.connection?.kind === "auth-proxy"
      ? declareProxy(
          `${name}-proxy`,
          { ...args, proxy: server.connection, connectionName: instance.connectionName },
          options,
        )
      : { host: address, sslMode: "require" as const, access: toNetworks(networks, postgresPort) };
  const { host, sslMode, access } = reached;
  return {
    server: administer(
      name,
      {
        ...args,
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

function instanceArgs({ server, protection, connections }: Args) {
  const {
    project,
    region,
    name,
    tier,
    version = "POSTGRES_17",
    edition = CloudSqlEdition.Enterprise,
    backup = {},
  } = server;
  const { day, hour } = server.maintenance ?? { day: 7, hour: 3 };
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
      availabilityType: server.availability === "zonal" ? "ZONAL" : "REGIONAL",
      diskType: "PD_SSD",
      diskSize: server.storageGigabytes ?? 20,
      diskAutoresize: true,
      deletionProtectionEnabled: guarded,
      retainBackupsOnDelete: protection !== Protection.Disposable,
      ipConfiguration: ipConfiguration(server),
      backupConfiguration: {
        enabled: true,
        startTime: backup.startTime ?? "01:30",
        pointInTimeRecoveryEnabled: true,
        transactionLogRetentionDays: backup.logDays ?? 7,
        backupRetentionSettings: { retainedBackups: backup.retained ?? 14, retentionUnit: "COUNT" },
      },
      maintenanceWindow: { day, hour, updateTrack: "stable" },
      insightsConfig: { queryInsightsEnabled: true },
      databaseFlags: databaseFlags(server, connections),
    },
  };
}

/** What the stack file says, and room for the site's connections where Google's default for the machine has too little. */
function databaseFlags({ edition = CloudSqlEdition.Enterprise, tier, flags }: CloudSqlPostgres, connections = 0) {
  const memory = machineMemory(edition, tier);
  if (memory === undefined) throw userError(`server.tier: ${expectedMachine[edition]}, got "${tier}"`);
  const asked = askedConnections(memory, connections + googlesConnections);
  return Object.entries({ ...(asked !== undefined && { max_connections: String(asked) }), ...flags })
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([flag, value]) => ({ name: flag, value }));
}

function ipConfiguration({ privateNetwork, allocatedRange, authorizedNetworks = [] }: CloudSqlPostgres) {
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
  { importBuckets = [] }: CloudSqlPostgres,
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
