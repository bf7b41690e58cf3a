/** Python, by which CKAN reads what this project writes. Tests that need it are skipped, with a word, where there is none. */
import { spawnSync } from "node:child_process";

export const pythonIsMissing = spawnSync("python3", ["--version"]).status !== 0;

if (pythonIsMissing) console.warn("SKIPPED: tests that need python3, which is not on the PATH");

/** What a Python program prints; its standard input is `input`. */
export function python(program: string, input = "", args: readonly string[] = []): string {
  const { status, stdout, stderr } = spawnSync("python3", ["-c", program, ...args], { input, encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}
