/** Starting other programs: without a shell, with their output in a log that a failure quotes. */
import { type SpawnOptions, spawn } from "node:child_process";
import { createWriteStream, existsSync, mkdirSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { finished } from "node:stream/promises";
import { ToolchainError } from "./steps.ts";

export interface RunOptions extends Pick<SpawnOptions, "cwd" | "env"> {
  /** File that receives standard output and standard error. Without it the output is only returned. */
  readonly log?: string;
  /** Text for standard input. @default none: standard input is closed */
  readonly input?: string;
  /** Passes output through to the terminal as well. @default false */
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

/** As `run`, but returns the exit code instead of failing. 127: there is no such program. */
export async function tryRun(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<{ code: number; stdout: string; output: string }> {
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
  if (options.log) mkdirSync(dirname(options.log), { recursive: true });
  const log = options.log ? createWriteStream(options.log, { flags: "a" }) : undefined;
  let stdout = "";
  let output = "";
  const collect = (isStdout: boolean) => (chunk: Buffer) => {
    if (isStdout) stdout += chunk;
    output += chunk;
    log?.write(chunk);
    if (options.show) process.stderr.write(chunk);
  };
  child.stdout?.on("data", collect(true));
  child.stderr?.on("data", collect(false));
  if (options.input !== undefined) child.stdin?.end(options.input);
  const code = await new Promise<number>((resolve) => {
    child.on("error", (error) => {
      output += error.message;
      resolve(127);
    });
    child.on("close", (status) => resolve(status ?? 1));
  });
  if (log) {
    log.end();
    await finished(log);
  }
  return { code, stdout, output };
}

/** The path of a program on PATH, or undefined. */
export function which(program: string): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}
