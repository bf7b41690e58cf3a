/** What an instance says about the world around it, and whether it is open to it. */
import { z } from "zod";
import { secretSettingName, takesPercent } from "../../ckan/secret-settings.ts";
import { secretKey } from "../../config/marks.ts";
import { hostName } from "../../config/values.ts";
import { caBundleSchema, outgoingSchema, proxySchema } from "../egress/settings.ts";
import { loaderSettings } from "../loader/settings.ts";
import { mailSettings } from "../mail/settings.ts";
import { dashboardsSchema } from "./dashboards.ts";
import { maintenanceSchema } from "./maintenance.ts";

/** `ckan.secretSettings`. */
export const secretSettingsSchema = z
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

/** Keys of an instance. */
export const surroundings = {
  aliases: z
    .array(hostName, "expected a list of host names")
    .default([])
    .describe(
      "Further names under which the site answers, for readers and programs; its own links and logins lead to host",
    ),
  mail: mailSettings.optional().describe("The server that sends the site's e-mail; default: it sends none"),
  caBundle: caBundleSchema.optional(),
  proxy: proxySchema.optional().describe("The way to the internet for the site's pods; default: none"),
  outgoing: outgoingSchema,
  maintenance: maintenanceSchema
    .optional()
    .describe("Closes the site while its data stays: visitors get 503, and no worker runs; default: open"),
  dashboards: dashboardsSchema,
  datapusher: loaderSettings
    .optional()
    .describe("What loads files in place of XLoader, with the plugin datapusher in place of xloader; default: nothing"),
};
