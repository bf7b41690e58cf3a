/** Where the databases live: the schema of `ckan:instances.<name>.database`. */
import { z } from "zod";
import { sizes } from "../components/sizes.ts";
import { accountId, bucketName, networkName, projectId, region, serviceAccountEmail } from "./google.ts";
import {
  count,
  imageReference,
  ipv4Network,
  line,
  namespaceName,
  networks,
  port,
  priorityClass,
  secretKey,
  serverHost,
  storage,
} from "./primitives.ts";
import { resources } from "./resources.ts";

const image = imageReference.describe("Container image, by exact tag or digest");

const administration = z
  .enum(["cluster", "pulumi"], "expected administration: cluster or pulumi")
  .default("cluster")
  .describe(
    "Who makes roles and databases: the bootstrap inside the cluster, or the machine that runs Pulumi, which must reach the server",
  );

/** Said instead of "unknown key": somebody thought about it. */
const byTheBootstrap = (whose: string) =>
  z.never(`expected nothing here: ${whose}; only external and cloud-sql can be administered by pulumi`).optional();

const inCluster = z.strictObject({
  kind: z.literal("in-cluster"),
  image,
  storage: storage(sizes.database.storage),
  resources: resources(sizes.database.resources),
  priorityClass,
  administration: byTheBootstrap("nobody outside the cluster reaches this server, so the bootstrap administers it"),
});

const backupStore = z
  .discriminatedUnion(
    "kind",
    [
      z.strictObject({
        kind: z.literal("s3"),
        destination: z
          .string("expected a place such as s3://backups/opendata")
          .regex(/^s3:\/\/[a-z0-9][-.a-z0-9]*(?:\/[\w.-]+)*$/, "expected a place such as s3://backups/opendata"),
        endpoint: z.url({
          protocol: /^https?$/,
          error: "expected the endpoint's URL such as https://s3.example.org",
        }),
        accessKeyFrom: secretKey,
        secretKeyFrom: secretKey,
      }),
      z.strictObject({
        kind: z.literal("gcs"),
        destination: z
          .string("expected a place such as gs://backups/opendata")
          .regex(/^gs:\/\/[a-z0-9][-_a-z0-9]*(?:\/[\w.-]+)*$/, "expected a place such as gs://backups/opendata"),
        serviceAccount: serviceAccountEmail.describe("Google service account that may write there"),
      }),
    ],
    "expected kind: s3 or gcs",
  )
  .describe("Where backups go");

const cloudNativePg = z.strictObject({
  kind: z.literal("cloud-native-pg"),
  image,
  instances: count(1).default(3).describe("Servers: one that is written to, and standbys"),
  storage: storage(sizes.database.storage),
  storageClass: line.optional().describe("StorageClass of the volumes; default: the cluster's"),
  resources: resources(sizes.database.resources),
  parameters: z
    .record(
      z.string().regex(/^[a-z][a-z0-9_.]*$/, "expected the name of a setting of PostgreSQL such as work_mem"),
      line,
    )
    .default({})
    .describe("Further settings of PostgreSQL, as text"),
  pooler: z
    .strictObject({
      instances: count(1).default(2).describe("PgBouncer pods"),
      mode: z
        .enum(["session", "transaction"], "expected session or transaction")
        .default("session")
        .describe("PgBouncer's pool_mode"),
    })
    .optional()
    .describe("PgBouncer in front of the servers; default: none"),
  backup: z
    .strictObject({
      store: backupStore,
      schedule: z
        .string("expected six fields such as 0 30 1 * * *")
        .regex(/^(?:\S+ ){5}\S+$/, "expected six fields such as 0 30 1 * * *, seconds first")
        .default("0 30 1 * * *")
        .describe("When base backups are made, in UTC: six fields, seconds first"),
      retention: z
        .string("expected a time such as 30d")
        .regex(/^[1-9]\d*[dwm]$/, "expected a time in days, weeks or months such as 30d, 8w or 6m")
        .default("30d")
        .describe("How long backups are kept"),
    })
    .optional()
    .describe("Base backups and write-ahead logs, by the Barman Cloud plugin; default: none"),
  prometheusNamespace: namespaceName
    .optional()
    .describe("Namespace in which Prometheus runs: the servers are monitored then; default: not monitored"),
  operatorNamespace: namespaceName.default("cnpg-system").describe("Namespace in which the operator runs"),
  administration: byTheBootstrap("the operator makes the roles and databases"),
});

const cloudSql = z
  .strictObject({
    kind: z.literal("cloud-sql"),
    project: projectId,
    region,
    name: z
      .string("expected a name for the server such as ckan-opendata-prod")
      .regex(
        /^[a-z](?:[-a-z0-9]{0,82}[a-z0-9])?$/,
        "expected a name for the server such as ckan-opendata-prod: lower-case letters, digits and hyphens",
      )
      .describe("Name of the server in the project"),
    tier: z
      .string("expected a machine such as db-custom-2-7680")
      .regex(/^db-[a-z0-9-]+$/, "expected a machine such as db-custom-2-7680")
      .describe("Machine: processors and megabytes of memory"),
    version: z
      .string()
      .regex(/^POSTGRES_1[5-9]$/, "expected POSTGRES_15 or newer such as POSTGRES_17")
      .default("POSTGRES_17")
      .describe("Version of PostgreSQL"),
    edition: z
      .enum(["ENTERPRISE", "ENTERPRISE_PLUS"], "expected ENTERPRISE or ENTERPRISE_PLUS")
      .default("ENTERPRISE")
      .describe("Edition of Cloud SQL"),
    availability: z
      .enum(["regional", "zonal"], "expected regional or zonal")
      .default("regional")
      .describe("regional keeps a standby in another zone"),
    storageGigabytes: count(10).default(20).describe("Disk to begin with, in gigabytes; it grows by itself"),
    privateNetwork: networkName.optional().describe("VPC network in which the server has its address; default: none"),
    allocatedRange: line
      .optional()
      .describe("Range of that network for Google's services; default: any that is allocated"),
    authorizedNetworks: z
      .array(ipv4Network)
      .default([])
      .describe("Networks that may reach a public address; without any the server has none"),
    connection: z
      .discriminatedUnion(
        "kind",
        [
          z.strictObject({ kind: z.literal("address") }),
          z.strictObject({
            kind: z.literal("auth-proxy"),
            image,
            replicas: count(1).default(2).describe("Proxy pods"),
            account: accountId.describe("Google service account that is made for the proxy"),
          }),
        ],
        "expected kind: address or auth-proxy",
      )
      .prefault({ kind: "address" })
      .describe("How pods get there: by the server's address, or through Google's Auth Proxy"),
    backup: z
      .strictObject({
        startTime: z
          .string()
          .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, "expected hours and minutes in UTC such as 01:30")
          .default("01:30")
          .describe("Start of the daily backup, in UTC"),
        retained: count(1).default(14).describe("Daily backups that are kept"),
        logDays: count(1)
          .max(35, "expected 1 to 7 days, or up to 35 with ENTERPRISE_PLUS")
          .default(7)
          .describe("Days of logs, to any point of which the server can be restored"),
      })
      .prefault({}),
    maintenance: z
      .strictObject({
        day: count(1).max(7, "expected a day from 1 (Monday) to 7 (Sunday)").describe("Day of the week, 1 is Monday"),
        hour: count(0).max(23, "expected an hour from 0 to 23").describe("Hour in UTC"),
      })
      .prefault({ day: 7, hour: 3 })
      .describe("When Google may restart the server"),
    flags: z
      .record(z.string().regex(/^[a-z][a-z0-9_.]*$/, "expected the name of a flag such as work_mem"), line)
      .default({})
      .describe("Flags of the server, as text"),
    administration,
    importBuckets: z
      .array(bucketName)
      .default([])
      .describe("Buckets from which dumps are imported: the server's service account may read them"),
    networks,
  })
  .refine(({ privateNetwork, authorizedNetworks }) => privateNetwork !== undefined || authorizedNetworks.length > 0, {
    path: ["privateNetwork"],
    error:
      "expected a VPC network such as projects/example/global/networks/default, or authorizedNetworks for a public address: nobody would reach the server",
  })
  .refine(({ edition, backup }) => backup.logDays <= 7 || edition === "ENTERPRISE_PLUS", {
    path: ["backup", "logDays"],
    error: "expected 1 to 7 days: more need edition: ENTERPRISE_PLUS",
  });

const external = z.strictObject({
  kind: z.literal("external"),
  host: serverHost,
  port: port.default(5432),
  sslMode: z
    .enum(["disable", "require", "verify-full"], "expected disable, require or verify-full")
    .default("require")
    .describe("libpq's sslmode; verify-full holds the server's certificate against caBundle"),
  administrator: z.strictObject({
    user: line.describe("Role that may create roles and databases"),
    passwordFrom: secretKey,
  }),
  administration,
  networks,
});

export const databaseSchema = z.discriminatedUnion(
  "kind",
  [inCluster, cloudNativePg, cloudSql, external],
  "expected kind: in-cluster, cloud-native-pg, cloud-sql or external",
);
