/** Where uploads go: the schema of `ckan:instances.<name>.files`. */
import { z } from "zod";
import { secretKey } from "../../config/marks.ts";
import { count, imageReference, line, networks, priorityClass, storage, storageClass } from "../../config/values.ts";
import { accountId, apiNetworks, bucketName, location, principal, projectId } from "../google/settings.ts";
import { resources } from "../kubernetes/resources.ts";
import { sizes } from "../site/sizes.ts";

const gcs = z.strictObject({
  kind: z.literal("gcs"),
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

export const filesSchema = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({
      kind: z.literal("minio"),
      image: imageReference.describe("Container image, by exact tag or digest"),
      storage: storage(sizes.files.storage),
      storageClass,
      resources: resources(sizes.files.resources),
      priorityClass,
    }),
    z.strictObject({
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
    }),
    gcs,
    z.strictObject({ kind: z.literal("volume"), storage: storage(sizes.files.storage), storageClass }),
  ],
  "expected kind: minio, s3, gcs or volume",
);
