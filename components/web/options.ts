/** Options of nginx.conf, and paths that probes use. */
import type { HeaderOptions } from "./headers.ts";
import type { ProxyLimits } from "./limits.ts";

/** Port that nginx listens on. */
export const webPort = 5000;

/** Folder that holds nginx.conf. */
export const proxyFolder = "/etc/ckan-nginx";

/** nginx itself answers here, so that its liveness does not depend on CKAN. */
export const livenessPath = "/_live";

/** CKAN answers here as soon as one of its processes runs. */
export const startedPath = "/_started";

/** CKAN answers here once it can render pages; on a closed site, nginx does. Google's load balancers accept only status 200. */
export const readinessPath = "/_ready";

export interface ProxyOptions {
  /** Host name of the site, for requests without one (HTTP/1.0). */
  readonly host: string;
  /** Largest resource that may be uploaded, in megabytes of 2^20 bytes. */
  readonly maximumUploadMegabytes: number;
  /** Seconds for which CKAN may be silent. */
  readonly answerSeconds: number;
  /** Seconds for which anonymous visitors share answers; 0: never. */
  readonly cacheSeconds: number;
  /** Header that carries API tokens. */
  readonly tokenHeader: string;
  /** Whether nginx serves files from a store that browsers do not reach. */
  readonly handsFilesOn: boolean;
  /** Folder in which wsgi.py leaves compiled assets and static files. */
  readonly storagePath: string;
  /** Proxies whose X-Forwarded-For is trusted: networks, or names of known proxies. */
  readonly trustedProxies: readonly string[];
  readonly limits: ProxyLimits;
  readonly headers: HeaderOptions;
  /** A second host name for large uploads, on a site that is reached by https. @default none */
  readonly editorsHost?: string | undefined;
}
