/** The settings of a site, composed of those of its parts: `ckan:instances.<name>` and `ckan:defaults`. */
import { z } from "zod";
import { locales } from "../../ckan/locales.ts";
import { secretSettingName, takesPercent } from "../../ckan/secret-settings.ts";
import { defaultUploadMegabytes } from "../../ckan/uploads.ts";
import { supportedVersions } from "../../ckan/versions.ts";
import type { Arguments, Settings } from "../../config/arguments.ts";
import { secretKey } from "../../config/marks.ts";
import { count, hostName, imageReference, line, pluginName } from "../../config/values.ts";
import { databaseSettings } from "../database/settings.ts";
import { dnsSettings } from "../dns/settings.ts";
import { egressSettings } from "../egress/settings.ts";
import { exposureSettings } from "../exposure/settings.ts";
import { filesSettings } from "../files/settings.ts";
import { loaderSettings } from "../loader/settings.ts";
import { mailSettings } from "../mail/settings.ts";
import { queueSettings } from "../queue/settings.ts";
import { searchSettings } from "../search/settings.ts";
import { webSettings } from "../web/settings.ts";
import { workersSettings } from "../worker/settings.ts";
import { dashboardsSettings } from "./dashboards.ts";
import { maintenanceSettings } from "./maintenance.ts";
import { podsSettings } from "./pods.ts";
import { Purpose } from "./purposes.ts";

const image = imageReference.describe("Container image, by exact tag or digest");

export const siteSettings = z
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

const administratorSettings = z
  .strictObject({
    name: z
      .string("expected a user name such as admin")
      .regex(/^[a-z0-9_-]{2,100}$/, "expected a user name: 2 to 100 lower-case letters, digits, - and _")
      .default("ckan-admin")
      .describe("Name of the sysadmin that the bootstrap creates"),
    email: z.email("expected an e-mail address such as data@example.org").describe("Address of the sysadmin"),
  })
  .describe("The sysadmin; its password is derived");

/** Further settings that are secrets: they reach neither ckan.ini nor nginx. */
const secretSettings = z
  .record(
    z
      .string()
      .regex(
        secretSettingName,
        "expected a CKAN setting such as ckanext.harvest.api_key: lower-case letters, digits, dots and single underscores",
      ),
    secretKey((setting) => ({ withoutPercent: !takesPercent(setting) })),
  )
  .default({})
  .describe("Further settings that are secrets, each with the name of the secret key of the stack file that holds it");

const ckanSettings = z.strictObject({
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
  secretSettings,
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

export const instanceSettings = z.strictObject({
  host: hostName.describe("Name under which the site is reached"),
  site: siteSettings,
  administrator: administratorSettings,
  ckan: ckanSettings,
  exposure: exposureSettings,
  dns: dnsSettings.prefault({ kind: "none" }).describe("Who makes the host's name lead here"),
  web: webSettings,
  workers: workersSettings,
  database: databaseSettings,
  search: searchSettings,
  queue: queueSettings,
  files: filesSettings,
  pods: podsSettings.optional().describe("Where pods run and what they carry; default: nothing of their own"),
  aliases: z
    .array(hostName, "expected a list of host names")
    .default([])
    .describe(
      "Further names under which the site answers, for readers and programs; its own links and logins lead to host",
    ),
  mail: mailSettings.optional().describe("The server that sends the site's e-mail; default: it sends none"),
  ...egressSettings.shape,
  maintenance: maintenanceSettings
    .optional()
    .describe("Closes the site while its data stays: visitors get 503, and no worker runs; default: open"),
  dashboards: dashboardsSettings,
  datapusher: loaderSettings
    .optional()
    .describe("What loads files in place of XLoader, with the plugin datapusher in place of xloader; default: nothing"),
  generations: z.strictObject(generationOf).prefault({}).describe("Raise a purpose's number to rotate that credential"),
});

/** An instance as in a stack file, which names secrets and does not contain them. */
export type Instance = z.infer<typeof instanceSettings>;

/** The settings of CkanStack: all but DNS, dashboards (only published) and generations (which `credentials` holds). */
export const stackSettings = instanceSettings.omit({ dns: true, dashboards: true, generations: true });

export type StackArgs = Arguments<typeof stackSettings>;
export type StackSettings = Settings<typeof stackSettings>;
