/** `files` of a site: where uploads go. */
import { z } from "zod";
import type { Arguments, Settings } from "../../config/arguments.ts";
import { secretKey } from "../../config/marks.ts";
import { count, imageReference, line, networks, priorityClass, storage, storageClass } from "../../config/values.ts";
import { accountId, apiNetworks, bucketName, location, principal, projectId } from "../google/settings.ts";
import { resources, sized } from "../kubernetes/resources.ts";

const volumeSize = storage("20Gi");

/** An object store of the site's own: one pod with a volume. */
export const minioSettings = z.strictObject({
  kind: z.literal("minio"),
  // Contains `minio` and `mc`. The MinIO project is archived: images/minio builds an image from its last source.
  image: imageReference.describe("Container image, by exact tag or digest"),
  storage: volumeSize,
  storageClass,
  // Measured: 62 to 130 MiB resident.
  resources: resources(sized("100m", "256Mi", "1", "512Mi")),
  priorityClass,
});

/** An existing bucket. Browsers are redirected to its endpoint by signed links. */
export const s3Settings = z.strictObject({
  kind: z.literal("s3"),
  endpoint: z
    .url({ protocol: /^https?$/, error: "expected the endpoint's URL such as https://s3.example.org" })
    .describe("S3 endpoint that pods and browsers both reach"),
  region: line.default("us-east-1").describe("Region that requests are signed for"),
  bucket: z
    .string()
    .regex(
      /^[a-z0-9][-a-z0-9]{1,61}[a-z0-9]$/,
      "expected a bucket name: 3 to 63 lower-case letters, digits and hyphens",
    ),
  accessKeyFrom: secretKey(),
  secretKeyFrom: secretKey(),
  networks,
});

/** New Google Cloud Storage buckets, with an account for each part that uses them. */
export const gcsSettings = z.strictObject({
  kind: z.literal("gcs"),
  // With `backups` it must be the cluster's project too: backup pods act as a Google account.
  project: projectId,
  location,
  bucket: bucketName.describe("Bucket for uploads that is made; its name is taken in the whole world"),
  versionDays: count(1).default(30).describe("Days for which a deleted or replaced file can be had back"),
  backups: z
    .strictObject({
      bucket: bucketName.describe("Bucket for backups that is made"),
      days: count(1).default(90).describe("Days after which a backup is deleted"),
    })
    .optional()
    .describe("A second bucket, for backups; default: none"),
  accounts: accountId
    .max(23, "expected at most 23 characters: -web, -worker and -backup follow, and Google takes 30")
    .describe("Beginning of the ids of the service accounts that are made"),
  readers: z.array(principal).default([]).describe("Others who may read the uploads, as IAM names them"),
  apiNetworks,
});

/** A volume of the single web pod: it has no component of its own. */
const volumeSettings = z.strictObject({ kind: z.literal("volume"), storage: volumeSize, storageClass });

export const filesSettings = z.discriminatedUnion(
  "kind",
  [minioSettings, s3Settings, gcsSettings, volumeSettings],
  "expected kind: minio, s3, gcs or volume",
);

export type FilesArgs = Arguments<typeof filesSettings>;
export type FilesSettings = Settings<typeof filesSettings>;
export type GcsSettings = Settings<typeof gcsSettings>;
export type MinioSettings = Settings<typeof minioSettings>;
