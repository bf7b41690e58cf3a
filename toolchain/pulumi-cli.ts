/**
 * The pinned Pulumi CLI and its Kubernetes plugin: the user's own if the versions match, else Pulumi's downloads, else built from Go
 * modules. Both are put where Pulumi looks, so that every later command is plain `npx pulumi`.
 */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { tryDownload } from "./download.ts";
import { ensureGoPrograms } from "./go.ts";
import { cacheRoot, projectRoot } from "./paths.ts";
import { tryRun } from "./process.ts";
import { step } from "./steps.ts";
import { kubernetesProviderVersion, pulumiVersion } from "./versions.ts";

export interface PulumiTools {
  /** Value of PULUMI_HOME. */
  readonly home: string;
  /** Folder with `pulumi` and its language host. */
  readonly bin: string;
}

const downloads = "https://get.pulumi.com/releases";
const plugin = "pulumi-resource-kubernetes";
const languageHost = "pulumi-language-nodejs";

/** Provides the CLI, its Node.js language host and the Kubernetes plugin. */
export async function ensurePulumi(): Promise<PulumiTools> {
  const userHome = process.env["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
  const userBin = hasCli(cliFolder(userHome)) ? cliFolder(userHome) : await cliOnPath();
  if (userBin && existsSync(pluginFolder(userHome))) return { home: userHome, bin: userBin };

  const home = join(cacheRoot, "pulumi-home");
  const bin = userBin ?? cliFolder(home);
  if (!hasCli(bin)) await step(`Pulumi CLI ${pulumiVersion}`, () => bringCli(bin));
  if (!existsSync(pluginFolder(home))) {
    await step(`Pulumi's Kubernetes plugin ${kubernetesProviderVersion}`, () => bringPlugin(pluginFolder(home)));
  }
  refreshLanguageHost(bin);
  return { home, bin };
}

async function bringCli(bin: string): Promise<void> {
  const archive = `${downloads}/sdk/pulumi-v${pulumiVersion}-${process.platform}-${process.arch}.tar.gz`;
  const temporary = `${bin}.${process.pid}.tmp`;
  if (!(await tryDownload(archive, temporary, 1))) {
    const built = await ensureGoPrograms({
      name: "pulumi-cli",
      version: pulumiVersion,
      programs: { pulumi: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi" },
      variables: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": pulumiVersion },
      cost: "3 minutes on 2 cores",
    });
    mkdirSync(temporary, { recursive: true });
    linkSync(join(built, "pulumi"), join(temporary, "pulumi"));
    installLanguageHost(temporary);
  }
  replaceFolder(temporary, bin);
}

async function bringPlugin(folder: string): Promise<void> {
  const arch = process.arch === "x64" ? "amd64" : process.arch;
  const archive = `${downloads}/plugins/${plugin}-v${kubernetesProviderVersion}-${process.platform}-${arch}.tar.gz`;
  const temporary = `${folder}.${process.pid}.tmp`;
  if (!(await tryDownload(archive, temporary))) {
    const built = await ensureGoPrograms({
      name: plugin,
      version: kubernetesProviderVersion,
      programs: { [plugin]: "." },
      variables: { "main.version": kubernetesProviderVersion },
      embedded: {
        module: "github.com/pulumi/pulumi-kubernetes/provider/v4",
        files: [`cmd/${plugin}/schema.json`, `cmd/${plugin}/terraform-mapping.json`],
      },
      cost: "6 minutes on 2 cores, 5 GB of memory",
    });
    mkdirSync(temporary, { recursive: true });
    linkSync(join(built, plugin), join(temporary, plugin));
  }
  replaceFolder(temporary, folder);
}

/** Only the official archive contains the official language host; a built CLI gets the project's own. */
function installLanguageHost(bin: string): void {
  copyFileSync(join(projectRoot, "toolchain", `${languageHost}.mjs`), join(bin, `${languageHost}.mjs`));
  // The Node on PATH may be too old for TypeScript. The one that runs this script is new enough, but lies in the clone, which may be
  // deleted.
  const script = `#!/bin/sh
for node in "$(command -v node)" "${process.execPath}"; do
  if [ -x "$node" ] && [ "$("$node" -p 'parseInt(process.versions.node)')" -ge 22 ]; then
    exec "$node" "$(dirname "$0")/${languageHost}.mjs" "$@"
  fi
done
echo "${languageHost}: needs Node 22 or newer on PATH" >&2
exit 1
`;
  writeFileSync(join(bin, languageHost), script);
  chmodSync(join(bin, languageHost), 0o755);
}

/** A newer clone updates the host in a cache that an older one filled. */
function refreshLanguageHost(bin: string): void {
  const installed = join(bin, `${languageHost}.mjs`);
  if (!existsSync(installed)) return;
  const current = readFileSync(join(projectRoot, "toolchain", `${languageHost}.mjs`));
  if (!readFileSync(installed).equals(current)) installLanguageHost(bin);
}

async function cliOnPath(): Promise<string | undefined> {
  // node_modules/.bin/pulumi is the npm wrapper, which would download a missing CLI.
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => !folder.includes("node_modules"));
  const bin = folders.find(hasCli);
  if (bin === undefined) return undefined;
  const { stdout } = await tryRun(join(bin, "pulumi"), ["version"]);
  return stdout.trim() === `v${pulumiVersion}` ? bin : undefined;
}

function replaceFolder(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  rmSync(to, { recursive: true, force: true });
  renameSync(from, to);
}

function hasCli(bin: string): boolean {
  return existsSync(join(bin, "pulumi")) && existsSync(join(bin, languageHost));
}

function cliFolder(home: string): string {
  return join(home, "versions", pulumiVersion, "bin");
}

function pluginFolder(home: string): string {
  return join(home, "plugins", `resource-kubernetes-v${kubernetesProviderVersion}`);
}
