/**
 * Programs that outlive this command. The record of each program holds its process id and the kernel's start time. A process id that the
 * kernel has reused is therefore never mistaken for ours and never killed.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { ToolchainError } from "../toolchain/steps.ts";
import { sleep } from "./wait.ts";

export interface Program {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts a program in its own session, writes its output to `<log>/<name>.log`, and records it. */
export function start(program: Program, runFolder: string, logFolder: string): void {
  mkdirSync(runFolder, { recursive: true });
  mkdirSync(logFolder, { recursive: true });
  const log = openSync(
    join(logFolder, `${program.name}.log`),
    truncateWhenLarge(join(logFolder, `${program.name}.log`)),
  );
  const child = spawn(program.command, program.args, {
    detached: true,
    stdio: ["ignore", log, log],
    env: program.env ?? process.env,
  });
  child.on("error", () => {}); // reported below as "not running"
  child.unref();
  if (child.pid === undefined) throw new ToolchainError(`${program.command} cannot be started`, "see above");
  writeFileSync(recordPath(runFolder, program.name), identity(child.pid) ?? "");
}

/** Names of all recorded programs, running or not. */
export function recorded(runFolder: string): readonly string[] {
  try {
    return readdirSync(runFolder)
      .filter((file) => file.endsWith(".process"))
      .map((file) => basename(file, ".process"));
  } catch {
    return [];
  }
}

/** The process id of a recorded program, if the same process still runs. */
export function runningPid(runFolder: string, name: string): number | undefined {
  try {
    return runningProcess(readFileSync(recordPath(runFolder, name), "utf8"));
  } catch {
    return undefined;
  }
}

/** The process id in a recorded identity, if the same process still runs. */
export function runningProcess(recordedIdentity: string): number | undefined {
  const pid = Number.parseInt(recordedIdentity, 10);
  return identity(pid) === recordedIdentity ? pid : undefined;
}

/** Stops recorded programs: SIGTERM to all, a shared grace period of `seconds`, then SIGKILL. */
export async function stop(runFolder: string, names: readonly string[], seconds: number): Promise<void> {
  for (const name of names) signal(runFolder, name, "SIGTERM");
  const deadline = performance.now() + seconds * 1000;
  const running = () => names.filter((name) => runningPid(runFolder, name) !== undefined);
  while (running().length > 0 && performance.now() < deadline) await sleep(50);
  for (const name of running()) signal(runFolder, name, "SIGKILL");
  while (running().length > 0) await sleep(10);
  for (const name of names) rmSync(recordPath(runFolder, name), { force: true });
}

function signal(runFolder: string, name: string, kind: NodeJS.Signals): void {
  const pid = runningPid(runFolder, name);
  if (pid === undefined) return;
  try {
    process.kill(pid, kind);
  } catch {
    // It has already exited.
  }
}

/** Identifies a running process uniquely, which its id alone does not; undefined when it does not run. */
export function identity(pid: number): string | undefined {
  const since = startTime(pid);
  return since === undefined ? undefined : `${pid} ${since} ${bootId()}`;
}

/** Field 22 of /proc/<pid>/stat; undefined when the process does not exist or is a zombie. */
function startTime(pid: number): string | undefined {
  try {
    if (!existsSync("/proc/self/stat")) return process.kill(pid, 0) ? "unknown" : undefined; // not Linux
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The program's name, in parentheses, may contain spaces.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function bootId(): string {
  const path = "/proc/sys/kernel/random/boot_id";
  return existsSync(path) ? readFileSync(path, "utf8").trim() : "";
}

function recordPath(runFolder: string, name: string): string {
  return join(runFolder, `${name}.process`);
}

/** Logs are appended across restarts, up to a limit. */
function truncateWhenLarge(path: string): "a" | "w" {
  try {
    return statSync(path).size > 50_000_000 ? "w" : "a";
  } catch {
    return "a";
  }
}
