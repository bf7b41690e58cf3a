/** What nginx.conf follows from. */
import type { HeaderOptions } from "./headers.ts";
import type { ProxyLimits } from "./limits.ts";

/** Port that nginx listens on. */
export const webPort = 5000;

/** Folder that holds nginx.conf. */
export const proxyFolder = "/etc/ckan-nginx";

/** nginx itself answers here: neither liveness nor a load balancer's check depends on CKAN. */
export const livenessPath = "/_live";

/** A process of CKAN answers here as soon as there is one. */
export const startedPath = "/_started";

/** CKAN answers here when it can render pages; on a closed site, nginx does. 200, which is all that Google's balancers take. */
export const readinessPath = "/_ready";

export interface ProxyOptions {
  /** Name of the site, for requests that name none (HTTP/1.0). */
  readonly host: string;
  /** Largest resource that may be uploaded, in megabytes of 2^20 bytes. */
  readonly maximumUploadMegabytes: number;
  /** Seconds for which CKAN may be silent. */
  readonly answerSeconds: number;
  /** Seconds for which strangers share answers; 0: never. */
  readonly cacheSeconds: number;
  /** Header that carries API tokens. */
  readonly tokenHeader: string;
  /** Whether CKAN has nginx fetch files from a store that no browser reaches. */
  readonly handsFilesOn: boolean;
  /** Folder in which wsgi.py leaves compiled assets and static files. */
  readonly storagePath: string;
  /** Who may say for whom a request is: networks, or the name of somebody whose networks are known. */
  readonly trustedProxies: readonly string[];
  readonly limits: ProxyLimits;
  readonly headers: HeaderOptions;
  /** A further name of a site that is reached by https, for those who send large files. @default none */
  readonly editorsHost?: string | undefined;
}
