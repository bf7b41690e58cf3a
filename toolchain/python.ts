/**
 * Programs from PyPI, each in its own virtual environment. `toolchain/python/<name>` locks every package by its hash; installations are
 * cached by their lock's hash.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { installPackages } from "./packages.ts";
import { cacheRoot, projectRoot } from "./paths.ts";
import { run, tryRun } from "./process.ts";
import { step, ToolchainError } from "./steps.ts";

export interface PythonProgram {
  /** Folder under `toolchain/python`. */
  readonly name: string;
  readonly version: string;
  /** Duration of a first installation, shown to the user. */
  readonly cost: string;
}

/** The Python that has the program; installs it unless this lock is cached. */
export async function ensurePythonProgram({ name, version, cost }: PythonProgram): Promise<string> {
  const lock = join(projectRoot, "toolchain", "python", name, "requirements.txt");
  const base = await requirePython();
  const hash = createHash("sha256").update(base).update(readFileSync(lock)).digest("hex").slice(0, 12);
  const folder = join(cacheRoot, "python", `${name}-${version}-${hash}`);
  const python = join(folder, "bin", "python");
  if (existsSync(python)) return python;
  await step(`Installing ${name} ${version} from PyPI (${cost} when nothing is cached)`, async () => {
    const temporary = `${folder}.${process.pid}.tmp`;
    const log = join(cacheRoot, "log", `python-${name}.log`);
    try {
      await run("python3", ["-m", "venv", temporary], { log });
      const pip = ["-m", "pip", "install", "--disable-pip-version-check", "--require-hashes", "--requirement", lock];
      await run(join(temporary, "bin", "python"), pip, { log });
      // Another process may have been faster: its result is the same.
      if (!existsSync(folder)) renameSync(temporary, folder);
    } finally {
      rmSync(temporary, { recursive: true, force: true });
    }
  });
  return python;
}

/** Path and version of a Python that can create virtual environments; fails with a remedy if there is none. */
async function requirePython(): Promise<string> {
  const look = "import ensurepip, sys, venv; print(sys.executable, *sys.version_info[:3])";
  const ask = () => tryRun("python3", ["-c", look]);
  let answer = await ask();
  if (answer.code !== 0) {
    await installPackages(["python3", "python3-venv"], "programs: python3 with its modules venv and ensurepip");
    answer = await ask();
  }
  const [, minor = 0] = (/ 3 (\d+) \d+$/.exec(answer.stdout.trim()) ?? []).map(Number);
  if (minor >= 11) return answer.stdout;
  throw new ToolchainError(
    `this Python is too old: ${answer.output.trim()}`,
    "put a python3 of 3.11 or newer on the PATH",
  );
}
