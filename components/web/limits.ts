/** How much a web pod takes at a time, and the disk and the memory that it needs for it. */
import { longestRequest, megabyte, otherFiles } from "../../ckan/uploads.ts";

export interface ProxyLimits {
  /** Requests for pages that a pod has at a time, waiting ones included; further ones get 503. @default 1000 */
  readonly requests: number;
  /** The same for the API, whose answers are larger. @default 64 */
  readonly apiRequests: number;
  /** Uploads (100 kB and more, of somebody who is logged in) that a pod receives at a time; further ones get 503. @default 8 */
  readonly uploads: number;
  /** Requests a second of one address; ten times as many at once, then 429. Needs `trustedProxies`. @default 50 */
  readonly requestsPerSecond: number;
  /** Requests of one address at a time; further ones get 503. Needs `trustedProxies`. @default 100 */
  readonly connectionsPerAddress: number;
}

export const defaultLimits: ProxyLimits = {
  requests: 1000,
  apiRequests: 64,
  uploads: 8,
  requestsPerSecond: 50,
  connectionsPerAddress: 100,
};

/** Requests that wait for CKAN in the queue of its socket. For one more, nginx gets an error at once and says 502. */
export const waitingRequests = 4096;

/**
 * What the settings may say at most. Requests of all kinds at a time fit into the queue, and twice into the connections of nginx's two
 * workers: each has a connection to its sender and one to CKAN. nginx itself takes no limit above 65535.
 */
export const mostLimits: ProxyLimits = {
  requests: 2000,
  apiRequests: 500,
  uploads: 1024,
  requestsPerSecond: 10_000,
  connectionsPerAddress: 4096,
};

/** What is read ahead of those who read slowly, in bytes, so that they do not keep CKAN. */
export const readAhead = { page: megabyte, api: 16 * megabyte, dump: 128 * megabyte } as const;

/** Tables that are sent as files at a time. */
export const simultaneousDumps = 8;

/** Files that are sent at a time, from the disk or the store. Of a slow reader's, nginx holds 330 kB; its memory is enough for these. */
export const simultaneousFiles = 500;

/** Bodies that are received at a time; pages go on when there are more. */
export const simultaneousBodies = 1024;

/** Of somebody who is not logged in: bodies of 100 kB and more, or of unknown length, at a time, and their most bytes. */
export const strangersBodies = { number: 64, bytes: megabyte } as const;

/** Bytes of answers that strangers share. */
export const sharedAnswersFile = 64 * megabyte;

/** Bytes of nginx's memory at rest with all its zones full, and what it holds for those who read files slowly. */
export const proxyMemory = 40 * megabyte + simultaneousFiles * 330_000;

/** Bytes of CKAN's memory at rest: the parent that was loaded, and what each process has for itself. Four in all take 300 MB. */
export function serverMemory(processes: number): number {
  return (100 + processes * 50) * megabyte;
}

/** Bytes of temporary files of nginx when everything that it takes at a time is as large as it may be. */
export function proxyDisk(
  { requests, apiRequests, uploads }: Pick<ProxyLimits, "requests" | "apiRequests" | "uploads">,
  uploadMegabytes: number,
): number {
  const answers = requests * readAhead.page + apiRequests * readAhead.api + simultaneousDumps * readAhead.dump;
  // Other bodies have less than 100 kB.
  const bodies = uploads * longestRequest(uploadMegabytes) + strangersBodies.number * strangersBodies.bytes;
  return bodies + simultaneousBodies * 100_000 + answers + sharedAnswersFile + otherFiles;
}
