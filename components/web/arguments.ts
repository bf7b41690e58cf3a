/** The options of uWSGI and nginx, from the arguments and settings of CkanWeb. */
import { storagePath } from "../../ckan/settings.ts";
import { defaultUploadMegabytes } from "../../ckan/uploads.ts";
import { quantityValue } from "../kubernetes/quantity.ts";
import type { CkanWebArgs } from "./ckan-web.ts";
import { defaultLimits } from "./limits.ts";
import type { ProxyOptions } from "./options.ts";
import type { WebSettings } from "./settings.ts";
import type { ServerOptions } from "./uwsgi.conf.ts";

export function serverOptions(settings: WebSettings): ServerOptions {
  const { processes, answerSeconds, cacheSeconds, edgeCacheSeconds, resources } = settings;
  return { memory: quantityValue(resources.limits.memory), processes, answerSeconds, cacheSeconds, edgeCacheSeconds };
}

export function proxyOptions(args: CkanWebArgs, settings: WebSettings): ProxyOptions {
  const { siteHost = "localhost", https = false, tokenHeader = "Authorization", store, editorsHost } = args;
  const { answerSeconds, cacheSeconds, trustedProxies, limits, headers } = settings;
  return {
    host: siteHost,
    maximumUploadMegabytes: args.maximumUploadMegabytes ?? defaultUploadMegabytes,
    answerSeconds,
    cacheSeconds,
    tokenHeader,
    handsFilesOn: store !== undefined && !store.reachableByBrowsers,
    storagePath,
    trustedProxies,
    limits: { ...defaultLimits, ...limits },
    editorsHost,
    headers: { ...headers, hstsSeconds: https ? headers.hstsSeconds : 0 },
  };
}
