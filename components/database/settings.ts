/** `database` of a site: where its databases live. PostgreSQL is 15 or newer. */
import { z } from "zod";
import type { Arguments, Settings } from "../../config/arguments.ts";
import { orOutput, secretKey } from "../../config/marks.ts";
import {
  count,
  imageReference,
  line,
  namespaceName,
  networks,
  port,
  priorityClass,
  serverHost,
  storage,
  storageClass,
} from "../../config/values.ts";
import { serviceAccountEmail } from "../google/settings.ts";
import { resources, sized } from "../kubernetes/resources.ts";
import { administration } from "./administration-settings.ts";
import { cloudSql } from "./cloud-sql-settings.ts";

/** PostgreSQL's default port. */
export const postgresPort = 5432;
/** PostgreSQL's default max_connections. */
export const postgresConnections = 100;

const image = imageReference.describe("Container image, by exact tag or digest");
const volume = storage("10Gi");
const ownResources = resources(sized("100m", "256Mi", "1", "512Mi"));

/** A specific message instead of "unknown key" for keys that are left out on purpose. */
const byTheBootstrap = (whose: string) =>
  z.never(`expected nothing here: ${whose}; only external and cloud-sql can be administered by pulumi`).optional();

/** A server of the site's own: one pod with a volume. Its image follows the official image's interface (POSTGRES_PASSWORD_FILE, PGDATA). */
const inCluster = z.strictObject({
  kind: z.literal("in-cluster"),
  image,
  storage: volume,
  storageClass,
  maxConnections: count(20)
    .default(postgresConnections)
    .describe("Connections that the server takes (max_connections); web and workers must fit in"),
  resources: ownResources,
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
        accessKeyFrom: secretKey(),
        secretKeyFrom: secretKey(),
      }),
      z.strictObject({
        kind: z.literal("gcs"),
        destination: z
          .string("expected a place such as gs://backups/opendata")
          .regex(/^gs:\/\/[a-z0-9][-_a-z0-9]*(?:\/[\w.-]+)*$/, "expected a place such as gs://backups/opendata"),
        serviceAccount: orOutput(
          serviceAccountEmail.describe("Google service account that may write there"),
          "backup@example-prod.iam.gserviceaccount.com",
        ),
      }),
    ],
    "expected kind: s3 or gcs",
  )
  .describe("Where backups go");

const backup = z
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
  .describe("Base backups and write-ahead logs, by the Barman Cloud plugin; default: none");

const pooler = z
  .strictObject({
    instances: count(1).default(2).describe("PgBouncer pods"),
    mode: z
      .enum(["session", "transaction"], "expected session or transaction")
      .default("session")
      .describe("PgBouncer's pool_mode"),
  })
  .optional()
  .describe("PgBouncer in front of the servers; default: none");

/** Servers of the site's own, run by the operator CloudNativePG (1.29 or newer) with one of its images. */
const cloudNativePg = z.strictObject({
  kind: z.literal("cloud-native-pg"),
  image,
  instances: count(1).default(3).describe("Servers: one that is written to, and standbys"),
  storage: volume,
  storageClass,
  resources: ownResources,
  parameters: z
    .record(
      z.string().regex(/^[a-z][a-z0-9_.]*$/, "expected the name of a setting of PostgreSQL such as work_mem"),
      line,
    )
    .default({})
    .describe("Further settings of PostgreSQL, as text"),
  pooler,
  backup,
  prometheusNamespace: namespaceName
    .optional()
    .describe("Namespace in which Prometheus runs: the servers are monitored then; default: not monitored"),
  operatorNamespace: namespaceName.default("cnpg-system").describe("Namespace in which the operator runs"),
  administration: byTheBootstrap("the operator makes the roles and databases"),
});

/** An existing server. Its administrator is a role with CREATEROLE and CREATEDB; no CKAN pod ever gets its password. */
const external = z.strictObject({
  kind: z.literal("external"),
  host: serverHost,
  port: port.default(postgresPort),
  sslMode: z
    .enum(["disable", "require", "verify-full"], "expected disable, require or verify-full")
    .default("require")
    .describe("libpq's sslmode; verify-full holds the server's certificate against caBundle"),
  maxConnections: count(20)
    .optional()
    .describe("Connections that the server has for this site, which web and workers must fit in; default: not checked"),
  administrator: z.strictObject({
    user: line.describe("Role that may create roles and databases"),
    passwordFrom: secretKey(),
  }),
  administration,
  networks,
});

export const databaseSettings = z.discriminatedUnion(
  "kind",
  [inCluster, cloudNativePg, cloudSql, external],
  "expected kind: in-cluster, cloud-native-pg, cloud-sql or external",
);

export type DatabaseArgs = Arguments<typeof databaseSettings>;
export type DatabaseSettings = Settings<typeof databaseSettings>;
export type InClusterPostgres = Settings<typeof inCluster>;
export type CloudNativePostgres = Settings<typeof cloudNativePg>;
export type ExternalPostgres = Settings<typeof external>;
export type PostgresBackup = NonNullable<CloudNativePostgres["backup"]>;
export type PostgresPooler = NonNullable<CloudNativePostgres["pooler"]>;
