/** What uploads take on their way: the longest request, and the disk of the pods they pass through. */

/** CKAN counts a megabyte so. */
const megabyte = 2 ** 20;

/** Logs, which the node keeps for the container, and compiled assets. */
const otherFiles = 256 * megabyte;

/**
 * Bytes of the longest request that uWSGI takes. It keeps each body on disk before anybody looks at it, so that without a
 * limit one request could fill the pod's disk. Twice the largest upload: wsgi.py says what is wrong with a file that is
 * somewhat too large, beyond that uWSGI hangs up.
 */
export function longestRequest(maximumUploadMegabytes: number): number {
  return 2 * maximumUploadMegabytes * megabyte;
}

/** Bytes of temporary files of a web pod whose every thread takes an upload: uWSGI's copy, and that of CKAN's form parser. */
export function webDisk(simultaneousUploads: number, maximumUploadMegabytes: number): number {
  return simultaneousUploads * longestRequest(maximumUploadMegabytes) + otherFiles;
}

/** Files that DataPusher writes its log to, beside what it prints (ckanserviceprovider/web.py). */
const dataPusherLog = 6 * 64 * megabyte;

/** Bytes of temporary files of a load by DataPusher: its download. */
export function dataPusherDisk(maximumUploadMegabytes: number): number {
  return maximumUploadMegabytes * megabyte + dataPusherLog + otherFiles;
}

/** Bytes of temporary files of a load: XLoader's download, its copy in UTF-8, and the part of that which is sent to PostgreSQL. */
export function workerDisk(maximumUploadMegabytes: number): number {
  // Text of one byte a character can become twice as long.
  return (1 + 2 + 2) * maximumUploadMegabytes * megabyte + otherFiles;
}
