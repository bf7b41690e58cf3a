/** How many requests a web pod takes at a time, and the disk and memory that they need. */
import { longestRequest, megabyte, otherFiles } from "../../ckan/uploads.ts";

export interface ProxyLimits {
  /** Simultaneous requests for pages in a pod, including waiting ones; more get 503. @default 1000 */
  readonly requests: number;
  /** The same for the API, whose answers are larger. @default 64 */
  readonly apiRequests: number;
  /** Simultaneous uploads (100 kB and more, by logged-in users) to a pod; more get 503. @default 8 */
  readonly uploads: number;
  /** Requests per second from one address, with bursts of ten times as many; more get 429. Needs `trustedProxies`. @default 50 */
  readonly requestsPerSecond: number;
  /** Simultaneous requests from one address; more get 503. Needs `trustedProxies`. @default 100 */
  readonly connectionsPerAddress: number;
}

export const defaultLimits: ProxyLimits = {
  requests: 1000,
  apiRequests: 64,
  uploads: 8,
  requestsPerSecond: 50,
  connectionsPerAddress: 100,
};

/** Length of the listen queue of CKAN's socket. When it is full, nginx gets an error at once and answers 502. */
export const waitingRequests = 4096;

/**
 * Upper bounds of the settings. All simultaneous requests must fit into the listen queue, and twice into the connections of nginx's two
 * workers: each request has a connection to its client and one to CKAN. nginx itself accepts no limit above 65535.
 */
export const mostLimits: ProxyLimits = {
  requests: 2000,
  apiRequests: 500,
  uploads: 1024,
  requestsPerSecond: 10_000,
  connectionsPerAddress: 4096,
};

/** Bytes of an answer that nginx buffers on disk, so that slow readers do not block CKAN. */
export const readAhead = { page: megabyte, api: 16 * megabyte, dump: 128 * megabyte } as const;

/** Simultaneous dumps of tables. */
export const simultaneousDumps = 8;

/** Simultaneous downloads from the disk or the store. nginx holds 330 kB for each slow reader; its memory is enough for these. */
export const simultaneousFiles = 500;

/** Simultaneous request bodies; more get 503, while pages go on. */
export const simultaneousBodies = 1024;

/** Large bodies (100 kB and more, or of unknown length) of anonymous clients: how many at a time, and the most bytes of each. */
export const strangersBodies = { number: 64, bytes: megabyte } as const;

/** Bytes of the cache of answers that anonymous visitors share. */
export const sharedAnswersFile = 64 * megabyte;

/** Bytes of memory that nginx needs: at rest with all zones full, and the buffers of slow downloads. */
export const proxyMemory = 40 * megabyte + simultaneousFiles * 330_000;

/** Bytes of CKAN's memory at rest: the preloaded parent, and what each process does not share. Four processes take 300 MB in all. */
export function serverMemory(processes: number): number {
  return (100 + processes * 50) * megabyte;
}

/** Bytes of nginx's temporary files in the worst case: all simultaneous requests are as large as allowed. */
export function proxyDisk(
  { requests, apiRequests, uploads }: Pick<ProxyLimits, "requests" | "apiRequests" | "uploads">,
  uploadMegabytes: number,
): number {
  const answers = requests * readAhead.page + apiRequests * readAhead.api + simultaneousDumps * readAhead.dump;
  // All other bodies are smaller than 100 kB.
  const bodies = uploads * longestRequest(uploadMegabytes) + strangersBodies.number * strangersBodies.bytes;
  return bodies + simultaneousBodies * 100_000 + answers + sharedAnswersFile + otherFiles;
}
