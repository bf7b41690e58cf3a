/** What uploads take on their way: the longest request, and the disk of the pods they pass through. */

/** CKAN counts a megabyte so, and everything else here does as well. */
export const megabyte = 2 ** 20;

/** Largest resource that may be uploaded and loaded, unless a site says otherwise. */
export const defaultUploadMegabytes = 100;

/** Logs, which the node keeps for the container, and compiled assets. */
export const otherFiles = 256 * megabyte;

/** Bytes of the longest request: the largest file, and the other fields of its form. */
export function longestRequest(maximumUploadMegabytes: number): number {
  return (maximumUploadMegabytes + 1) * megabyte;
}

/** Bytes of CKAN's temporary files in a web pod whose every process takes an upload: what its form parser keeps. */
export function webDisk(processes: number, maximumUploadMegabytes: number): number {
  return processes * longestRequest(maximumUploadMegabytes) + otherFiles;
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
