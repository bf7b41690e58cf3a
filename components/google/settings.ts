/** Names at Google Cloud, with Google's rules for them. */
import { z } from "zod";
import { ipv4Network } from "../../config/values.ts";

export const projectId = z
  .string("expected the id of a Google Cloud project such as example-prod")
  .regex(
    /^[a-z][-a-z0-9]{4,28}[a-z0-9]$/,
    "expected the id of a Google Cloud project such as example-prod: 6 to 30 lower-case letters, digits and hyphens",
  )
  .describe("Google Cloud project");

export const region = z
  .string("expected a region of Google Cloud such as europe-west3")
  .regex(/^[a-z]+-[a-z]+\d+$/, "expected a region of Google Cloud such as europe-west3, not a zone")
  .describe("Region of Google Cloud");

/** Location of a bucket: a region, a dual-region or a multi-region. */
export const location = z
  .string("expected a location such as EUROPE-WEST3 or EU")
  .regex(
    /^(?:[A-Z]+-[A-Z]+\d+|[A-Z]{2,4}\d?)$/,
    "expected a location in capitals such as EUROPE-WEST3 or EU, not a zone",
  )
  .describe("Location of the buckets: a region, or EU, US, ASIA");

/**
 * No dots: with dots a bucket's name is a host name, whose ownership Google wants verified and which Google's certificate does not cover.
 */
export const bucketName = z
  .string("expected a bucket name such as example-opendata-files")
  .regex(
    /^(?!goog)(?!.*google)[a-z0-9][-_a-z0-9]{1,61}[a-z0-9]$/,
    "expected a bucket name such as example-opendata-files: 3 to 63 lower-case letters, digits, hyphens and _, without dots, not beginning with goog",
  );

export const accountId = z
  .string("expected an id for a service account such as ckan-opendata")
  .regex(
    /^[a-z][-a-z0-9]{4,28}[a-z0-9]$/,
    "expected an id for a service account such as ckan-opendata: 6 to 30 lower-case letters, digits and hyphens",
  );

export const serviceAccountEmail = z
  .string("expected a service account's address such as backup@example-prod.iam.gserviceaccount.com")
  .regex(
    /^[a-z][-a-z0-9]{4,28}[a-z0-9]@[a-z][-a-z0-9]{4,28}[a-z0-9]\.iam\.gserviceaccount\.com$/,
    "expected a service account's address such as backup@example-prod.iam.gserviceaccount.com",
  );

/** A grantee. allUsers and allAuthenticatedUsers are excluded on purpose. */
export const principal = z
  .string("expected a principal such as group:statistics@example.org")
  .regex(
    /^(?:(?:user|group|serviceAccount):[\w.+-]+@[\w-]+(?:\.[\w-]+)+|domain:[\w-]+(?:\.[\w-]+)+|principal(?:Set)?:\/\/iam\.googleapis\.com\/[\w./@+=:-]+)$/,
    "expected a principal such as group:statistics@example.org or serviceAccount:etl@example.iam.gserviceaccount.com; never allUsers",
  );

export const networkName = z
  .string("expected a VPC network such as projects/example-prod/global/networks/default")
  .regex(
    /^projects\/[a-z][-a-z0-9]{4,28}[a-z0-9]\/global\/networks\/[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/,
    "expected a VPC network such as projects/example-prod/global/networks/default",
  );

/** Private Service Connect gives Google's APIs an address of the VPC: https://cloud.google.com/vpc/docs/about-accessing-google-apis-endpoints */
export const apiNetworks = z
  .array(ipv4Network)
  .min(1, "expected at least one network such as 10.20.0.5/32")
  .optional()
  .describe(
    "IPv4 networks of Google's APIs, where they are reached by Private Service Connect; default: the public internet",
  );
