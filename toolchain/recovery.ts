/**
 * Recovery after a killed `pulumi up`: a stale lock, pending operations, a state truncated by a full disk. Existing objects are no
 * problem: `up` adopts those with the declared names.
 */
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { devStack, localStateFolder, projectName, pulumiEnvironment } from "./backend.ts";
import { projectRoot } from "./paths.ts";
import { run } from "./process.ts";
import type { PulumiTools } from "./pulumi-cli.ts";
import { print, step, ToolchainError } from "./steps.ts";

const stateFile = join(localStateFolder, ".pulumi", "stacks", projectName, `${devStack}.json`);
const backup = `${stateFile}.bak`;

/**
 * Replaces a truncated local state with its backup: Pulumi writes the state in place, so a kill or a full disk leaves half of it. The
 * backup is one operation older; `up` finds the missing objects in the cluster.
 */
export function repairLocalState(): void {
  for (const attributes of [stateFile, backup].map((file) => `${file}.attrs`)) {
    // Pulumi's storage keeps type and checksum beside each file. Pulumi fails on a truncated one ("EOF"), but works without it.
    if (existsSync(attributes) && !isReadable(attributes)) rmSync(attributes);
  }
  const damaged = [stateFile, backup].filter((file) => existsSync(file) && !isReadable(file));
  if (damaged.length === 0) return;
  if (damaged.includes(backup) || !existsSync(backup)) {
    throw new ToolchainError(
      `the state is damaged, as by a disk that was full: ${damaged.join(", ")}`,
      `make room on the disk, then: rm -f ${stateFile} ${backup}\n    and run \`npm start\` again: it takes over what runs; no data is lost`,
    );
  }
  print("An earlier pulumi was killed while it wrote its state: its backup takes its place");
  copyFileSync(stateFile, `${stateFile}.damaged`);
  copyFileSync(backup, stateFile);
}

/** Removes the lock of a Pulumi process that no longer runs on this machine; fails if it still runs. */
export async function releaseStaleLock(tools: PulumiTools): Promise<void> {
  const holders = lockHolders();
  if (holders.length === 0) return;
  const alive = holders.find(({ pid, hostname: host }) => host !== hostname() || isPulumi(pid));
  if (alive) {
    throw new ToolchainError(
      `another pulumi works on the stack ${devStack} (process ${alive.pid} on ${alive.hostname})`,
      "wait for its end; if there is none, run `npm run pulumi -- cancel -s dev` and then `npm start` again",
    );
  }
  print("An earlier pulumi was killed and left its lock: removing it");
  await onDevStack(tools, ["cancel", "--yes"]);
}

/** Resolves pending operations: discards creations, which `up` repeats, and refreshes everything else. */
export async function settleInterruptedOperations(tools: PulumiTools): Promise<void> {
  const { deployment } = JSON.parse(await onDevStack(tools, ["stack", "export"])) as {
    deployment: { pending_operations?: readonly unknown[] };
  };
  const count = deployment.pending_operations?.length ?? 0;
  if (count === 0) return;
  await step(`Settling ${count} operation(s) that an earlier run was killed in`, () =>
    onDevStack(tools, ["refresh", "--yes", "--skip-preview", "--clear-pending-creates"]),
  );
}

function onDevStack(tools: PulumiTools, args: readonly string[]): Promise<string> {
  const options = { cwd: projectRoot, env: pulumiEnvironment(tools) };
  return run(join(tools.bin, "pulumi"), [...args, "--stack", devStack, "--non-interactive"], options);
}

function isReadable(file: string): boolean {
  try {
    JSON.parse(readFileSync(file, "utf8"));
    return true;
  } catch {
    return false;
  }
}

function lockHolders(): readonly { pid: number; hostname: string }[] {
  const folder = join(localStateFolder, ".pulumi", "locks", "organization", projectName, devStack);
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
  return files.flatMap((file) => {
    const text = readFileSync(join(folder, file), "utf8");
    // Empty after a full disk: then no process got the lock.
    return text === "" ? [] : [JSON.parse(text)];
  });
}

/** The process id alone is not enough: another program may have it by now. */
function isPulumi(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("pulumi");
  } catch {
    return false;
  }
}
