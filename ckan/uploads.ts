/** What uploads need: the longest request, and disk in the pods that they pass through. */

/** A megabyte as CKAN counts it, and everything else here. */
export const megabyte = 2 ** 20;

/** Largest resource that may be uploaded and loaded, unless a site says otherwise. */
export const defaultUploadMegabytes = 100;

/** Bytes for logs, which the node keeps for the container, and for compiled assets. */
export const otherFiles = 256 * megabyte;

/** Bytes of the longest request: the largest file, and the other fields of its form. */
export function longestRequest(maximumUploadMegabytes: number): number {
  return (maximumUploadMegabytes + 1) * megabyte;
}

/** Bytes of CKAN's temporary files in a web pod when every process receives an upload, which the form parser keeps on disk. */
export function webDisk(processes: number, maximumUploadMegabytes: number): number {
  return processes * longestRequest(maximumUploadMegabytes) + otherFiles;
}

/** Bytes of DataPusher's log files, which it writes besides its output (ckanserviceprovider/web.py). */
const dataPusherLog = 6 * 64 * megabyte;

/** Bytes of temporary files of a load by DataPusher: its download. */
export function dataPusherDisk(maximumUploadMegabytes: number): number {
  return maximumUploadMegabytes * megabyte + dataPusherLog + otherFiles;
}

/** Bytes of temporary files of a load: XLoader's download, its copy in UTF-8, and the part of it that is sent to PostgreSQL. */
export function workerDisk(maximumUploadMegabytes: number): number {
  // In UTF-8, text of one byte per character can become twice as long.
  return (1 + 2 + 2) * maximumUploadMegabytes * megabyte + otherFiles;
}
