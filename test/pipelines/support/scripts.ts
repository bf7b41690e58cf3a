/** Runs the pipelines' scripts as a pipeline does: processes of their own, in a folder of the test's. */
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../..", import.meta.url));

export interface Run {
  readonly code: number;
  readonly stdout: string;
  /** Everything that the script printed. */
  readonly output: string;
}

export interface Surroundings {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Shell scripts that stand in for programs, by name. */
  readonly programs?: Readonly<Record<string, string>>;
}

/** A script of pipelines/, with the Node.js that runs this test and nothing of this machine's variables. */
export function script(name: string, args: readonly string[], surroundings: Surroundings): Promise<Run> {
  return run(process.execPath, [join(root, "pipelines", name), ...args], surroundings);
}

export async function run(
  program: string,
  args: readonly string[],
  { cwd, env, programs }: Surroundings,
): Promise<Run> {
  const bin = join(mkdtempSync(join(tmpdir(), "programs-")), "bin");
  write(bin, Object.fromEntries(Object.entries(programs ?? {}).map(([name, text]) => [name, `#!/bin/sh\n${text}\n`])));
  const path = [bin, dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter);
  const child = spawn(program, args, { cwd, env: { PATH: path, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, output] = ["", ""];
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
    output += chunk;
  });
  child.stderr.on("data", (chunk) => {
    output += chunk;
  });
  const code = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve(status ?? 1));
  });
  return { code, stdout, output };
}

export function folder(files: Readonly<Record<string, string>> = {}): string {
  const path = mkdtempSync(join(tmpdir(), "pipeline-"));
  write(path, files);
  return path;
}

export function write(path: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(path, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text, { mode: 0o755 });
  }
}

export function git(cwd: string, ...args: readonly string[]): string {
  const env = { PATH: process.env["PATH"] ?? "", GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" };
  const identity = ["-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "init.defaultBranch=main"];
  return execFileSync("git", [...identity, ...args], { cwd, env, encoding: "utf8" }).trim();
}

/** Commits every file of the folder as it is, and returns the commit. */
export function commit(cwd: string): string {
  git(cwd, "add", "--all");
  git(cwd, "commit", "--quiet", "--message", "a change");
  return git(cwd, "rev-parse", "HEAD");
}

/** A repository with one commit of these files. */
export function repository(files: Readonly<Record<string, string>>): { readonly cwd: string; readonly first: string } {
  const cwd = folder(files);
  git(cwd, "init", "--quiet");
  return { cwd, first: commit(cwd) };
}
