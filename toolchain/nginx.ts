/**
 * nginx, for tests of its configuration: the installed one, otherwise Debian's package unpacked into the cache. Nothing is installed and
 * no service started, so it needs no root.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { cacheRoot } from "./paths.ts";
import { type RunOptions, run, tryRun, which } from "./process.ts";
import { step, ToolchainError } from "./steps.ts";

export interface Nginx {
  readonly program: string;
  /** nginx' own table of MIME types. */
  readonly mimeTypes: string;
  /** Folders of libraries that this machine lacks; usually empty. */
  readonly libraries: readonly string[];
}

/** Debian's path, which may not be on an ordinary user's PATH. */
const systemPath = "/usr/sbin/nginx";

const remedy = "install nginx 1.22 or newer (Debian: apt-get install nginx; macOS: brew install nginx)";

/** An nginx that runs on this machine; fails with a remedy if there is none. */
export async function ensureNginx(): Promise<Nginx> {
  const installed = which("nginx") ?? (existsSync(systemPath) ? systemPath : undefined);
  if (installed !== undefined) return { program: installed, mimeTypes: await mimeTypesOf(installed), libraries: [] };
  const folder = join(cacheRoot, "nginx", `${distribution()}-${process.arch}`);
  if (!existsSync(folder)) await unpackInto(folder);
  return unpacked(folder);
}

async function mimeTypesOf(program: string): Promise<string> {
  const { output } = await tryRun(program, ["-V"]);
  const configuration = /--conf-path=(\S+)/.exec(output)?.[1] ?? "/etc/nginx/nginx.conf";
  return join(dirname(configuration), "mime.types");
}

/** The distribution of apt's packages, such as debian-12. */
function distribution(): string {
  const file = "/etc/os-release";
  const release = existsSync(file) ? readFileSync(file, "utf8") : "";
  const field = (name: string) => new RegExp(`^${name}="?([^"\n]*)`, "m").exec(release)?.[1] ?? "unknown";
  return `${field("ID")}-${field("VERSION_ID")}`;
}

function unpacked(folder: string): Nginx {
  return {
    program: join(folder, systemPath),
    mimeTypes: join(folder, "etc/nginx/mime.types"),
    // The subfolder is named after the architecture, such as x86_64-linux-gnu.
    libraries: ["lib", "usr/lib"]
      .map((path) => join(folder, path))
      .filter((path) => existsSync(path))
      .flatMap((path) => readdirSync(path).map((name) => join(path, name)))
      .filter((path) => /-linux-gnu\w*$/.test(path)),
  };
}

async function unpackInto(folder: string): Promise<void> {
  if (which("apt-get") === undefined || which("dpkg-deb") === undefined) {
    throw new ToolchainError("missing program: nginx", remedy);
  }
  await step("nginx, unpacked from Debian's package (half a minute when apt knows no packages)", async () => {
    const temporary = `${folder}.${process.pid}.tmp`;
    const root = join(temporary, "root");
    const archives = join(temporary, "archives");
    try {
      for (const path of [root, archives]) mkdirSync(path, { recursive: true });
      await unpackPackages(["nginx", "nginx-common"], archives, root);
      if ((await version(root)).code !== 0) await unpackPackages(await librariesOf(archives), archives, root);
      const { code, output } = await version(root);
      if (code !== 0) throw new ToolchainError(`Debian's nginx does not run here: ${output.trim()}`, remedy);
      // Another process may have been faster: its result is the same.
      if (!existsSync(folder)) renameSync(root, folder);
    } finally {
      rmSync(temporary, { recursive: true, force: true });
    }
  });
}

async function unpackPackages(names: readonly string[], archives: string, root: string): Promise<void> {
  await download(names, archives);
  for (const name of names) await run("dpkg-deb", ["--extract", archiveOf(name, archives), root]);
}

/** The machine's package lists may be missing or outdated, and updating them needs root: then private lists are used. */
async function download(names: readonly string[], archives: string): Promise<void> {
  const options: RunOptions = { cwd: archives };
  if ((await tryRun("apt-get", ["download", ...names], options)).code === 0) return;
  const lists = join(archives, "lists");
  mkdirSync(join(lists, "partial"), { recursive: true });
  const own = ["-o", `Dir::State::Lists=${lists}`, "-o", `Dir::Cache=${join(archives, "cache")}`];
  const log = join(cacheRoot, "log", "nginx.log");
  try {
    await run("apt-get", [...own, "update"], { ...options, log });
    await run("apt-get", [...own, "download", ...names], { ...options, log });
  } catch (error) {
    throw new ToolchainError(`nginx is missing, and its package cannot be had: ${String(error)}`, remedy);
  }
}

/** nginx' libraries, except for the C library, which belongs to the machine's loader. */
async function librariesOf(archives: string): Promise<string[]> {
  const depends = await run("dpkg-deb", ["--field", archiveOf("nginx", archives), "Depends"]);
  const names = depends.split(",").map((entry) => entry.trim().split(/[ :|]/)[0] ?? "");
  return names.filter((name) => /^(lib|zlib)/.test(name) && name !== "libc6");
}

function archiveOf(name: string, archives: string): string {
  const file = readdirSync(archives).find((entry) => entry.startsWith(`${name}_`));
  if (file === undefined) throw new ToolchainError(`apt-get download gave no package ${name}`, remedy);
  return join(archives, file);
}

async function version(root: string): Promise<{ code: number; output: string }> {
  const { program, libraries } = unpacked(root);
  return tryRun(program, ["-v"], { env: withLibraries(libraries) });
}

/** The environment of a process that needs libraries in these folders. */
export function withLibraries(folders: readonly string[]): NodeJS.ProcessEnv {
  return folders.length === 0 ? process.env : { ...process.env, LD_LIBRARY_PATH: folders.join(":") };
}
