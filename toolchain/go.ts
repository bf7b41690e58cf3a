/**
 * Builds programs from Go modules. `toolchain/go/<module>` holds each module's go.mod and go.sum, so that builds are reproducible; Go
 * proxy and checksum database are the user's own. Builds are cached by their recipe's hash.
 */
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheRoot, projectRoot } from "./paths.ts";
import { run, tryRun } from "./process.ts";
import { step, ToolchainError } from "./steps.ts";

export interface GoModule {
  /** Folder under `toolchain/go`, and name of the folder with the programs. */
  readonly name: string;
  readonly version: string;
  /** Program name to package path. */
  readonly programs: Readonly<Record<string, string>>;
  /** Linker variables and their values. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Files of a dependency to embed: they lie in its module and are copied beside main.go. */
  readonly embedded?: { readonly module: string; readonly files: readonly string[] };
  /** Duration of a cold build, shown to the user. */
  readonly cost: string;
}

// The same for all modules: other values would invalidate the build cache.
const buildEnvironment = { CGO_ENABLED: "0", GOFLAGS: "-buildvcs=false -trimpath", GOTOOLCHAIN: "auto", GOWORK: "off" };

/** Returns the folder with the module's programs; builds them unless this recipe is cached. */
export async function ensureGoPrograms(module: GoModule): Promise<string> {
  const folder = join(cacheRoot, "bin", `${module.name}-${module.version}-${recipeHash(module)}`);
  if (existsSync(folder)) return folder;
  await step(`Building ${module.name} ${module.version} from Go modules (${module.cost} when nothing is cached)`, () =>
    build(module, folder),
  );
  return folder;
}

/** Fails, with a remedy, without a Go that can fetch the modules' toolchain. */
export async function requireGo(): Promise<void> {
  // Run outside any module: a go.mod with a newer Go would already trigger the download here.
  const { code, stdout } = await tryRun("go", ["env", "GOVERSION"], {
    cwd: "/",
    env: { ...process.env, GOTOOLCHAIN: "local" },
  });
  const minor = Number(/^go1\.(\d+)/.exec(stdout)?.[1] ?? 0);
  // Since 1.21, Go fetches the toolchain in a go.mod from the module proxy.
  if (code === 0 && minor >= 21) return;
  throw new ToolchainError(
    code === 127 ? "the program `go` is missing" : `this Go is too old: ${stdout.trim()}`,
    "install Go 1.21 or newer (https://go.dev/dl; on Debian 12: apt-get install -t bookworm-backports golang-go) and run the same command again",
  );
}

async function build(module: GoModule, folder: string): Promise<void> {
  await requireGo();
  const log = join(cacheRoot, "log", `go-${module.name}.log`);
  const temporary = `${folder}.${process.pid}.tmp`;
  const source = `${folder}.${process.pid}.src`;
  mkdirSync(temporary, { recursive: true });
  // Built from a copy: the embedded files must lie beside main.go, and the clone must stay unchanged.
  cpSync(join(projectRoot, "toolchain", "go", module.name), source, { recursive: true });
  const options = { cwd: source, env: { ...process.env, ...buildEnvironment }, log };
  try {
    if (module.embedded) await copyEmbedded(module.embedded, source, options);
    const flags = Object.entries(module.variables ?? {}).map(([name, value]) => `-X ${name}=${value}`);
    for (const [program, path] of Object.entries(module.programs)) {
      await run(
        "go",
        ["build", "-ldflags", ["-s", "-w", ...flags].join(" "), "-o", join(temporary, program), path],
        options,
      );
    }
    // Another process may have been faster: its result is the same.
    if (!existsSync(folder)) renameSync(temporary, folder);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
    rmSync(source, { recursive: true, force: true });
  }
}

async function copyEmbedded(
  embedded: NonNullable<GoModule["embedded"]>,
  source: string,
  options: { cwd: string; env: NodeJS.ProcessEnv; log: string },
): Promise<void> {
  await run("go", ["mod", "download", embedded.module], options);
  const folder = (await run("go", ["list", "-m", "-f", "{{.Dir}}", embedded.module], options)).trim();
  for (const file of embedded.files) cpSync(join(folder, file), join(source, file.split("/").at(-1) ?? file));
}

function recipeHash(module: GoModule): string {
  const hash = createHash("sha256").update(JSON.stringify([module, buildEnvironment, process.platform, process.arch]));
  const folder = join(projectRoot, "toolchain", "go", module.name);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const path of files.map((entry) => join(entry.parentPath, entry.name)).sort()) {
    hash.update(path.slice(folder.length)).update(readFileSync(path));
  }
  return hash.digest("hex").slice(0, 12);
}
