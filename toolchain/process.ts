/** Runs other programs: without a shell, with their output in a log that errors quote. */
import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from "node:child_process";
import { createWriteStream, existsSync, mkdirSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import { finished } from "node:stream/promises";
import { ToolchainError } from "./steps.ts";

export interface RunOptions extends Pick<SpawnOptions, "cwd" | "env"> {
  /** File for standard output and standard error. Without it the output is only returned. */
  readonly log?: string;
  /** Text for standard input. @default none: standard input is closed */
  readonly input?: string;
  /** Milliseconds after which the program and its descendants are killed. @default no limit */
  readonly timeout?: number;
  /** Prints the output to the terminal as well. @default false */
  readonly show?: boolean;
}

/** Runs a program and returns its standard output; fails with the last lines it printed. */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const result = await tryRun(program, args, options);
  if (result.code !== 0) {
    const tail = result.output.trimEnd().split("\n").slice(-15).join("\n    ");
    throw new ToolchainError(
      `${[program, ...args].join(" ")} ended with ${result.code}:\n    ${tail}`,
      options.log ? `read ${options.log}, mend the cause and run the same command again: it continues` : "see above",
    );
  }
  return result.stdout;
}

/** As `run`, but returns the exit code instead of failing. 127: the program does not exist; 124: it timed out. */
export async function tryRun(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<{ code: number; stdout: string; stderr: string; output: string }> {
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
  if (options.log) mkdirSync(dirname(options.log), { recursive: true });
  const log = options.log ? createWriteStream(options.log, { flags: "a" }) : undefined;
  let stdout = "";
  let stderr = "";
  let output = "";
  const collect = (isStdout: boolean) => (chunk: Buffer) => {
    if (isStdout) stdout += chunk;
    else stderr += chunk;
    output += chunk;
    log?.write(chunk);
    if (options.show) process.stderr.write(chunk);
  };
  child.stdout?.on("data", collect(true));
  child.stderr?.on("data", collect(false));
  // EPIPE of a program that exits before it has read everything: its exit code and output give the reason.
  child.stdin?.on("error", () => {});
  if (options.input !== undefined) child.stdin?.end(options.input);
  const failed = (message: string) => {
    stderr += message;
    output += message;
  };
  let timer: NodeJS.Timeout | undefined;
  const code = await new Promise<number>((resolve) => {
    child.on("error", (error) => {
      failed(error.message);
      resolve(127);
    });
    child.on("close", (status) => resolve(status ?? 1));
    if (options.timeout === undefined) return;
    timer = setTimeout(() => {
      failed(`\n${basename(program)} did not end within ${(options.timeout ?? 0) / 1000} s\n`);
      killTree(child);
      resolve(124);
    }, options.timeout);
  });
  clearTimeout(timer);
  if (log) {
    log.end();
    await finished(log);
  }
  return { code, stdout, stderr, output };
}

/** Killing only the program would leave its descendants running, with its pipes open. */
function killTree(child: ChildProcess): void {
  for (const pid of child.pid === undefined ? [] : [child.pid, ...descendants(child.pid)]) {
    try {
      process.kill(pid, "SIGKILL");
    } catch (error) {
      // It has already exited, or the id belongs to another user's process by now.
      if (!["ESRCH", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    }
  }
  child.stdout?.destroy();
  child.stderr?.destroy();
}

/** Without ps the descendants are unknown. */
function descendants(pid: number): readonly number[] {
  const { stdout } = spawnSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" });
  const pairs = (stdout ?? "").split("\n").map((line) => line.trim().split(/\s+/).map(Number));
  const below = (parent: number): readonly number[] =>
    pairs.flatMap(([own = 0, of]) => (of === parent && own > 0 ? [own, ...below(own)] : []));
  return below(pid);
}

/** The path of a program on PATH, or undefined. */
export function which(program: string): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}
