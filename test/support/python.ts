/** Python, by which CKAN reads what this project writes. Tests that need it are skipped, with a word, where there is none. */
import { spawnSync } from "node:child_process";

/** The interpreter itself: what stands on the PATH may be a script that looks for it, which takes longer than most programs. */
const asked = spawnSync("python3", ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" });
export const pythonIsMissing = asked.status !== 0;
export const pythonProgram = pythonIsMissing ? "python3" : asked.stdout.trim();

if (pythonIsMissing) console.warn("SKIPPED: tests that need python3, which is not on the PATH");

/** What a Python program prints; its standard input is `input`. */
export function python(program: string, input = "", args: readonly string[] = []): string {
  const { status, stdout, stderr } = spawnSync(pythonProgram, ["-c", program, ...args], { input, encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}
