/**
 * Environment of the Pulumi CLI. A configured backend stays in use; otherwise the dev stack's state is a folder on this machine, so that
 * a first run needs no account.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { projectRoot, stateRoot } from "./paths.ts";
import type { PulumiTools } from "./pulumi-cli.ts";

/**
 * Deliberately public: it belongs to the salt in Pulumi.dev.yaml and protects only the local dev stack. Every other stack has its own
 * passphrase or key service.
 */
const devPassphrase = "ckan-environments-dev";

/** The project's name in Pulumi.yaml. */
export const projectName = "ckan";

/** The stack of the local cluster. */
export const devStack = "dev";

/** Pulumi's state when no backend is configured. */
export const localStateFolder = join(stateRoot, "pulumi");

/** The kubeconfig of the local cluster; its only context is `ckan-local`. */
export const localKubeconfig = join(stateRoot, "kubeconfig");

/** Variables that plain `npx pulumi` needs in another shell. */
export function exportedEnvironment(tools: PulumiTools): Readonly<Record<string, string>> {
  const exported: Record<string, string> = { PULUMI_HOME: tools.home, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const userHome = process.env["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
  if (!hasOwnBackend(userHome)) {
    mkdirSync(localStateFolder, { recursive: true });
    exported["PULUMI_BACKEND_URL"] = pathToFileURL(localStateFolder).href;
  } else if (tools.home !== userHome && existsSync(join(userHome, "credentials.json"))) {
    // Keeps the login of the user's own installation.
    exported["PULUMI_CREDENTIALS_PATH"] = userHome;
  }
  if (!process.env["PULUMI_CONFIG_PASSPHRASE"] && !process.env["PULUMI_CONFIG_PASSPHRASE_FILE"]) {
    exported["PULUMI_CONFIG_PASSPHRASE_FILE"] = writePassphraseFile();
  }
  // A single file, not a list: the Kubernetes provider does not support lists.
  if (existsSync(localKubeconfig)) exported["KUBECONFIG"] = localKubeconfig;
  return exported;
}

/** The complete environment of the CLI for one stack. */
export function pulumiEnvironment(tools: PulumiTools, stack: string = devStack): NodeJS.ProcessEnv {
  const path = [tools.bin, join(projectRoot, "node_modules", ".bin"), process.env["PATH"]].join(delimiter);
  const exported = exportedEnvironment(tools);
  if (stack === devStack) return { ...process.env, ...exported, PATH: path };
  // Other stacks use the user's own kubeconfig, and a public passphrase must not encrypt their secrets.
  const { KUBECONFIG: _, PULUMI_CONFIG_PASSPHRASE_FILE: __, ...others } = exported;
  return { ...process.env, ...others, PATH: path };
}

/** The stack in a Pulumi command line: `-s prod`, `--stack prod`, `--stack=prod` or `stack init prod`. */
export function namedStack(args: readonly string[]): string | undefined {
  const joined = args.find((argument) => argument.startsWith("--stack="));
  if (joined !== undefined) return joined.slice("--stack=".length);
  const flag = args.findIndex((argument) => argument === "-s" || argument === "--stack");
  if (flag !== -1) return args[flag + 1];
  const [command, verb, name] = args;
  return command === "stack" && verb === "init" && !name?.startsWith("-") ? name : undefined;
}

/** True when this stack's state is in the folder on this machine. */
export function usesLocalState(environment: NodeJS.ProcessEnv): boolean {
  return environment["PULUMI_BACKEND_URL"] === pathToFileURL(localStateFolder).href;
}

function hasOwnBackend(userHome: string): boolean {
  if (process.env["PULUMI_BACKEND_URL"] || process.env["PULUMI_ACCESS_TOKEN"]) return true;
  try {
    const credentials: unknown = JSON.parse(readFileSync(join(userHome, "credentials.json"), "utf8"));
    return Boolean((credentials as { current?: string }).current);
  } catch {
    return false;
  }
}

function writePassphraseFile(): string {
  const path = join(stateRoot, "passphrase");
  if (!existsSync(path)) {
    mkdirSync(stateRoot, { recursive: true });
    writeFileSync(path, devPassphrase, { mode: 0o600 });
  }
  return path;
}
