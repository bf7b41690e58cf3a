/** A Cloud SQL server: the schema of `ckan:instances.<name>.database` with kind cloud-sql. */
import { z } from "zod";
import type { Settings } from "../../config/arguments.ts";
import { addMistake, ruleBetween } from "../../config/mistakes.ts";
import { count, imageReference, ipv4Network, line, networks } from "../../config/values.ts";
import { accountId, apiNetworks, bucketName, networkName, projectId, region } from "../google/settings.ts";
import { sized } from "../kubernetes/resources.ts";
import { administration } from "./administration-settings.ts";
import { CloudSqlEdition, expectedMachine, machineMemory } from "./cloud-sql-machines.ts";

/** Resources of a proxy's pod. Not configurable: it only forwards bytes and needs about the same everywhere. */
export const proxyResources = sized("50m", "64Mi", "500m", "256Mi");

export const cloudSql = z
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
      .describe(
        "Machine such as db-custom-2-7680 (processors, megabytes), or db-perf-optimized-N-2 with ENTERPRISE_PLUS",
      ),
    version: z
      .string()
      .regex(/^POSTGRES_1[5-9]$/, "expected POSTGRES_15 or newer such as POSTGRES_17")
      .default("POSTGRES_17")
      .describe("Version of PostgreSQL"),
    edition: z
      .enum(CloudSqlEdition, "expected ENTERPRISE or ENTERPRISE_PLUS")
      .default(CloudSqlEdition.Enterprise)
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
            image: imageReference.describe("Container image, by exact tag or digest"),
            replicas: count(1).default(2).describe("Proxy pods"),
            account: accountId.describe("Google service account that is made for the proxy"),
            apiNetworks,
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
        retained: count(1)
          .max(365, "expected 1 to 365 backups")
          .default(14)
          .describe("Daily backups that are kept, at least logDays"),
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
    // Changing some flags, such as max_connections, restarts the server.
    flags: z
      .record(z.string().regex(/^[a-z][a-z0-9_.]*$/, "expected the name of a flag such as work_mem"), line)
      .default({})
      .describe("Flags of the server, as text; max_connections by default Google's, or more where the site opens more"),
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
  .refine(({ edition, backup }) => backup.logDays <= 7 || edition === CloudSqlEdition.EnterprisePlus, {
    path: ["backup", "logDays"],
    error: "expected 1 to 7 days: more need edition: ENTERPRISE_PLUS",
  })
  // Google: "backup retention should be > transaction log retention" (terraform-google-modules/terraform-google-sql-db#785).
  .refine(({ backup }) => backup.retained >= backup.logDays, {
    path: ["backup", "retained"],
    error: "expected at least as many backups as backup.logDays: logs are read from a backup on",
  })
  // Google: "Invalid Tier (db-g1-small) for (ENTERPRISE_PLUS) Edition" (hashicorp/terraform-provider-google#20498).
  .superRefine(
    ruleBetween(({ edition, tier }, context) => {
      if (machineMemory(edition, tier) !== undefined) return;
      addMistake(context, ["tier"], expectedMachine[edition], { found: tier });
    }),
  );

export type CloudSqlPostgres = Settings<typeof cloudSql>;
export type CloudSqlProxy = Extract<CloudSqlPostgres["connection"], { kind: "auth-proxy" }>;
