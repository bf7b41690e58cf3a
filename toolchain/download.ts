/** Downloads of official releases. Many networks reach only package registries: an unreachable host must cost seconds, and only once. */
import { mkdirSync, rmSync } from "node:fs";
import { tryRun } from "./process.ts";
import { print } from "./steps.ts";

// curl instead of fetch: it has a separate connection timeout and honours the user's proxy settings.
const connectTimeoutSeconds = "5";

const unreachableHosts = new Set<string>();

/**
 * Downloads a .tar.gz and unpacks it into `folder`. False: the host is unreachable or lacks the file; nothing is left behind. `strip`
 * removes that many leading folders of the archive.
 */
export async function tryDownload(url: string, folder: string, strip = 0): Promise<boolean> {
  const host = new URL(url).host;
  if (unreachableHosts.has(host)) return false;
  const archive = `${folder}.${process.pid}.tar.gz`;
  mkdirSync(folder, { recursive: true });
  try {
    const curl = ["--fail", "--location", "--silent", "--show-error", "--connect-timeout", connectTimeoutSeconds];
    // A gateway may accept the connection and never answer: abort below 1 kB/s for that long.
    const slow = ["--speed-limit", "1000", "--speed-time", connectTimeoutSeconds];
    const { code, output } = await tryRun("curl", [...curl, ...slow, "--output", archive, url]);
    if (code !== 0) {
      unreachableHosts.add(host);
      print(`No official download (${output.trim().split("\n").at(-1)}): going on without ${host}`);
      rmSync(folder, { recursive: true, force: true });
      return false;
    }
    const unpacked = await tryRun("tar", ["-xzf", archive, "-C", folder, `--strip-components=${strip}`]);
    if (unpacked.code !== 0) rmSync(folder, { recursive: true, force: true });
    return unpacked.code === 0;
  } finally {
    rmSync(archive, { force: true });
  }
}
