/**
 * Programs that outlive this command. A record per program holds its process id together with the start time that the kernel gives,
 * so that an id which was handed to another program meanwhile is never taken for ours, and never killed.
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

/** Starts a program in a session of its own, output to `<log>/<name>.log`, and records it. */
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
  child.on("error", () => {}); // shows as "not running" below
  child.unref();
  if (child.pid === undefined) throw new ToolchainError(`${program.command} cannot be started`, "see above");
  writeFileSync(recordPath(runFolder, program.name), identity(child.pid) ?? "");
}

/** The names of all recorded programs, running or not. */
export function recorded(runFolder: string): readonly string[] {
  try {
    return readdirSync(runFolder)
      .filter((file) => file.endsWith(".process"))
      .map((file) => basename(file, ".process"));
  } catch {
    return [];
  }
}

/** The process id of a recorded program, if that very process still runs. */
export function runningPid(runFolder: string, name: string): number | undefined {
  try {
    return runningProcess(readFileSync(recordPath(runFolder, name), "utf8"));
  } catch {
    return undefined;
  }
}

/** The id of the process that an identity names, if that very process still runs. */
export function runningProcess(recordedIdentity: string): number | undefined {
  const pid = Number.parseInt(recordedIdentity, 10);
  return identity(pid) === recordedIdentity ? pid : undefined;
}

/** Ends recorded programs: SIGTERM to all, `seconds` of grace together, then SIGKILL. */
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
    // It ended by itself meanwhile.
  }
}

/** Names a running process for good, which its id alone does not; undefined when there is none. */
export function identity(pid: number): string | undefined {
  const since = startTime(pid);
  return since === undefined ? undefined : `${pid} ${since} ${bootId()}`;
}

/** Field 22 of /proc/<pid>/stat; undefined when there is no such process, or only its unreaped remains. */
function startTime(pid: number): string | undefined {
  try {
    if (!existsSync("/proc/self/stat")) return process.kill(pid, 0) ? "unknown" : undefined; // not Linux
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The program's name, in parentheses, may hold spaces.
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

/** Logs continue over restarts, but not for ever. */
function truncateWhenLarge(path: string): "a" | "w" {
  try {
    return statSync(path).size > 50_000_000 ? "w" : "a";
  } catch {
    return "a";
  }
}
