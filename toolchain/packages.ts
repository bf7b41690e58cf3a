/** Installs missing programs from Debian packages as root on Debian; elsewhere it names what to install. */
import { existsSync } from "node:fs";
import { run, which } from "./process.ts";
import { print, ToolchainError } from "./steps.ts";

/** Installs the packages of the missing ones among `programs` (a name on PATH, or a path). Returns what it installed. */
export async function ensurePrograms(programs: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const missing = Object.entries(programs).filter(([program]) => !isPresent(program));
  const packages = [...new Set(missing.map(([, name]) => name))];
  if (packages.length > 0)
    await installPackages(packages, `programs: ${missing.map(([program]) => program).join(", ")}`);
  return packages;
}

/** Installs packages; `missing` names what they provide, for the message. */
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

/** Debian has system programs in /usr/sbin, which an ordinary user's PATH may lack. */
function isPresent(program: string): boolean {
  if (program.startsWith("/")) return existsSync(program);
  return which(program) !== undefined || existsSync(`/usr/sbin/${program}`);
}
