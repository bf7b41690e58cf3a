/** Official release archives. Networks that only reach package registries are common: a refusal must cost seconds, once. */
import { mkdirSync, rmSync } from "node:fs";
import { tryRun } from "./process.ts";
import { print } from "./steps.ts";

// curl rather than fetch: it has a time-out for the connection alone, and honours the proxy settings that people have.
const connectTimeoutSeconds = "5";

const unreachableHosts = new Set<string>();

/**
 * Downloads a .tar.gz and unpacks it into `folder`. False: the host cannot be reached, or has no such file; nothing is
 * left behind. `strip` drops that many leading folders of the archive.
 */
export async function tryDownload(url: string, folder: string, strip = 0): Promise<boolean> {
  const host = new URL(url).host;
  if (unreachableHosts.has(host)) return false;
  const archive = `${folder}.${process.pid}.tar.gz`;
  mkdirSync(folder, { recursive: true });
  try {
    const curl = ["--fail", "--location", "--silent", "--show-error", "--connect-timeout", connectTimeoutSeconds];
    // A gateway may accept the connection and never answer: give up on less than 1 kB/s for as long.
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
