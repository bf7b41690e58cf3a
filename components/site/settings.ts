/** What one CKAN site may say about itself: the schema of `ckan:instances.<name>` and of `ckan:defaults`. */
import { z } from "zod";
import { locales } from "../../ckan/locales.ts";
import { defaultUploadMegabytes } from "../../ckan/uploads.ts";
import { supportedVersions } from "../../ckan/versions.ts";
import { count, hostName, imageReference, line, pluginName } from "../../config/values.ts";
import { databaseSettings } from "../database/settings.ts";
import { dnsSchema } from "../dns/settings.ts";
import { exposureSettings } from "../exposure/settings.ts";
import { filesSettings } from "../files/settings.ts";
import { queueSettings } from "../queue/settings.ts";
import { searchSettings } from "../search/settings.ts";
import { webSettings } from "../web/settings.ts";
import { workersSettings } from "../worker/settings.ts";
import { secretSettingsSchema, surroundings } from "./integration-settings.ts";
import { podsSchema } from "./pods.ts";
import { Purpose } from "./purposes.ts";

const image = imageReference.describe("Container image, by exact tag or digest");

export const siteSchema = z
  .strictObject({
    id: z
      .string("expected a site id such as opendata")
      .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, "expected a site id: lower-case letters, digits, - and _, at most 63")
      .optional()
      .describe("ckan.site_id: prefix of queues and of documents in the index; default: the instance's name"),
    title: line.default("Open data").describe("Title of the site"),
    description: line.optional().describe("Line below the title"),
    locale: z
      .enum(locales, `expected a locale that CKAN has: ${locales.join(", ")}`)
      .default("en")
      .describe("Language of the interface until a visitor chooses another"),
    stage: line
      .optional()
      .describe("Shown on every page of a site that is not the real one, such as dev; omit it in production"),
  })
  .prefault({});

const administratorSchema = z
  .strictObject({
    name: z
      .string("expected a user name such as admin")
      .regex(/^[a-z0-9_-]{2,100}$/, "expected a user name: 2 to 100 lower-case letters, digits, - and _")
      .default("ckan-admin")
      .describe("Name of the sysadmin that the bootstrap creates"),
    email: z.email("expected an e-mail address such as data@example.org").describe("Address of the sysadmin"),
  })
  .describe("The sysadmin; its password is derived");

const ckanSchema = z.strictObject({
  version: z
    .enum(supportedVersions, `expected a supported CKAN version: ${supportedVersions.join(", ")}`)
    .describe("CKAN version inside the image"),
  image,
  plugins: z
    .array(pluginName, "expected a list of plugin names")
    .min(1, "expected at least the plugin envvars")
    .describe("ckan.plugins in this order; envvars last"),
  settings: z
    .record(
      z.string().regex(/^[A-Za-z][\w.-]*$/, "expected the name of a CKAN setting such as ckan.locales_offered"),
      z.union([line, z.number(), z.boolean()], "expected text, a number or true/false"),
    )
    .default({})
    .describe("Further settings for ckan.ini; those that the program sets itself are refused"),
  secretSettings: secretSettingsSchema,
  maximumUploadMegabytes: count(1)
    .default(defaultUploadMegabytes)
    .describe(
      "Largest resource that may be uploaded and loaded, in megabytes of 2^20 bytes; a request may be one longer",
    ),
  jobTimeoutSeconds: count(1).default(3600).describe("Longest run of one load, in seconds"),
});

/** One optional number for each purpose; a purpose that is not named has generation 1. */
const generationOf = Object.fromEntries(
  Object.values(Purpose).map((purpose) => [purpose, count(1).default(1)]),
) as Readonly<Record<Purpose, z.ZodDefault<z.ZodInt>>>;

export const instanceSchema = z.strictObject({
  host: hostName.describe("Name under which the site is reached"),
  site: siteSchema,
  administrator: administratorSchema,
  ckan: ckanSchema,
  exposure: exposureSettings,
  dns: dnsSchema.prefault({ kind: "none" }).describe("Who makes the host's name lead here"),
  web: webSettings,
  workers: workersSettings,
  database: databaseSettings,
  search: searchSettings,
  queue: queueSettings,
  files: filesSettings,
  pods: podsSchema.optional().describe("Where pods run and what they carry; default: nothing of their own"),
  ...surroundings,
  generations: z.strictObject(generationOf).prefault({}).describe("Raise a purpose's number to rotate that credential"),
});

export type Instance = z.infer<typeof instanceSchema>;
