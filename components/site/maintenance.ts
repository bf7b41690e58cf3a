/** Maintenance mode: the schema of `ckan:instances.<name>.maintenance`. */
import { z } from "zod";
import { count, line } from "../../config/values.ts";

export const maintenanceSettings = z.strictObject({
  enabled: z.boolean("expected true or false").describe("Whether the site is closed now"),
  message: line
    .default("This site is being worked on and will be back soon.")
    .describe("What visitors read, in plain text"),
  retryAfterSeconds: count(1).default(600).describe("Seconds after which programs may ask again (Retry-After)"),
});
