/** Debian packages, installed when a program is missing and this is Debian with root rights; else said by name. */
import { existsSync } from "node:fs";
import { run, which } from "./process.ts";
import { print, ToolchainError } from "./steps.ts";

/** Installs the packages that provide the missing ones of `programs` (a name on PATH, or a path). Returns what it installed. */
export async function ensurePrograms(programs: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const missing = Object.entries(programs).filter(([program]) => !isPresent(program));
  const packages = [...new Set(missing.map(([, name]) => name))];
  if (packages.length > 0)
    await installPackages(packages, `programs: ${missing.map(([program]) => program).join(", ")}`);
  return packages;
}

/** Installs packages; `missing` says what is not there without them. */
export async function installPackages(packages: readonly string[], missing: string): Promise<void> {
  if (process.getuid?.() !== 0 || which("apt-get") === undefined) {
    throw new ToolchainError(
      `missing ${missing}`,
      `install them (Debian: apt-get install ${packages.join(" ")}) and run the same command again`,
    );
  }
  print(`Installing Debian packages: ${packages.join(" ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await run("apt-get", ["update", "-q"], { env });
  await run("apt-get", ["install", "-q", "-y", "--no-install-recommends", ...packages], { env });
}

/** Debian keeps system programs in /usr/sbin, which an ordinary user's PATH may lack. */
function isPresent(program: string): boolean {
  if (program.startsWith("/")) return existsSync(program);
  return which(program) !== undefined || existsSync(`/usr/sbin/${program}`);
}
