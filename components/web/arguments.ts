/** What CKAN's server and nginx are told, from the arguments of CkanWeb and its defaults. */
import { storagePath } from "../../ckan/settings.ts";
import { quantityValue } from "../kubernetes/quantity.ts";
import { sizes } from "../site/sizes.ts";
import type { CkanWebArgs } from "./ckan-web.ts";
import { CspMode, defaultPolicy } from "./headers.ts";
import { defaultLimits } from "./limits.ts";
import type { ProxyOptions } from "./options.ts";
import type { ServerOptions } from "./uwsgi.conf.ts";

export function serverOptions(args: CkanWebArgs): ServerOptions {
  const { processes, answerSeconds, cacheSeconds, edgeCacheSeconds, resources = sizes.web.resources } = args;
  return {
    memory: quantityValue(resources.limits.memory),
    processes: processes ?? sizes.web.processes,
    answerSeconds: answerSeconds ?? sizes.web.answerSeconds,
    cacheSeconds: cacheSeconds ?? sizes.web.cacheSeconds,
    edgeCacheSeconds,
  };
}

export function proxyOptions(args: CkanWebArgs): ProxyOptions {
  const { siteHost = "localhost", https = false, tokenHeader = "Authorization", trustedProxies = [], headers } = args;
  const { answerSeconds, cacheSeconds } = serverOptions(args);
  const { mode = CspMode.ReportOnly, policy = defaultPolicy } = headers?.contentSecurityPolicy ?? {};
  return {
    host: siteHost,
    maximumUploadMegabytes: args.maximumUploadMegabytes ?? sizes.maximumUploadMegabytes,
    answerSeconds,
    cacheSeconds,
    tokenHeader,
    handsFilesOn: args.store !== undefined && !args.store.reachableByBrowsers,
    storagePath,
    trustedProxies,
    limits: { ...defaultLimits, ...args.limits },
    editorsHost: args.editorsHost,
    headers: {
      hstsSeconds: https ? (headers?.hstsSeconds ?? sizes.web.hstsSeconds) : 0,
      contentSecurityPolicy: { mode, policy },
    },
  };
}
