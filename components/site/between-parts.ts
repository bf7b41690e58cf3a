/** Arguments of a part that follow from the settings of other parts. */
import type { Site } from "../../ckan/settings.ts";
import type { Protection } from "../kubernetes/durability.ts";
import { drainSeconds } from "../web/drain.ts";
import type { ObjectStore } from "./endpoints.ts";
import type { StackSettings } from "./settings.ts";

/** Public URL of the site. */
export function siteUrl({ host, exposure }: StackSettings): string {
  return exposure.kind === "node-port" ? `http://${host}:${exposure.nodePort}` : `https://${host}`;
}

/** Seconds for which a terminating web pod still takes requests: the setting, or what the exposure needs. */
export function drainOf({ web, exposure }: StackSettings): number {
  return web.drainSeconds ?? drainSeconds(exposure);
}

/** Arguments of web that follow from the rest of the site. */
export function aroundWeb(settings: StackSettings, editorsHost: string | undefined, protection: Protection) {
  const { host, exposure, files, site, ckan, maintenance } = settings;
  return {
    drainSeconds: drainOf(settings),
    // A notice that is not enabled may stay in the file for the next time.
    maintenance: maintenance?.enabled ? { ...maintenance, title: site.title } : undefined,
    maximumUploadMegabytes: ckan.maximumUploadMegabytes,
    siteHost: host,
    editorsHost,
    https: siteUrl(settings).startsWith("https:"),
    tokenHeader: String(ckan.settings["apitoken_header_name"] ?? "Authorization"),
    nodePort: exposure.kind === "node-port" ? exposure.nodePort : undefined,
    uploads: files.kind === "volume" ? { ...files, protection } : undefined,
  };
}

/** The site for ckan.ini, without what only the program knows. */
export function siteOf({ site, ckan }: StackSettings) {
  const { plugins, maximumUploadMegabytes, jobTimeoutSeconds, settings } = ckan;
  return { ...site, plugins, maximumUploadMegabytes, jobTimeoutSeconds, further: settings };
}

export function siteStore(store: ObjectStore): NonNullable<Site["store"]> {
  const { protocol, host, port, bucket, region } = store;
  const standard = (protocol === "http" && port === 80) || (protocol === "https" && port === 443);
  const endpoint = `${protocol}://${host}${standard ? "" : `:${port}`}`;
  return { endpoint, bucket, region };
}
