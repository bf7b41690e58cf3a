/** The commands of probes, run by this machine's shell with fakes of the programs that they call. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Probe } from "./objects.ts";

/** Exit code of a probe; `programs` are shell scripts by name. */
export function probeCode(probe: Probe | undefined, programs: Readonly<Record<string, string>>): number | null {
  const [program = "", ...args] = probe?.exec?.command ?? [];
  const folder = mkdtempSync(join(tmpdir(), "probe-"));
  try {
    for (const [name, script] of Object.entries(programs)) {
      writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    }
    return spawnSync(program, args, { env: { PATH: `${folder}:/usr/bin:/bin` } }).status;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
