/** Links to external dashboards of an instance: the schema of `ckan:instances.<name>.dashboards`. */
import { z } from "zod";
import { confidential } from "../../config/marks.ts";

const dashboardName = z
  .string()
  .regex(
    /^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/,
    "expected the name of a dashboard: lower-case letters, digits and hyphens, such as requests",
  );

// The URL is published in the outputs: an account in it would be a password in plain text.
const address = "expected a URL such as https://grafana.example.org/d/ckan, with https and without an account";

const dashboardUrl = confidential(
  z.url({ protocol: /^https$/, error: address, abort: true }).refine((url) => {
    const { username, password } = new URL(url);
    return username === "" && password === "";
  }, address),
);

export const dashboardsSettings = z
  .record(dashboardName, dashboardUrl)
  .default({})
  .describe("Pages that show how the site is doing, by name; published in the stack's outputs");
