/**
 * Environment for the Pulumi CLI. Someone who has a backend keeps it; for everybody else the dev stack's state is a folder on
 * this machine, so that a first run needs no account.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { projectRoot, stateRoot } from "./paths.ts";
import type { PulumiTools } from "./pulumi-cli.ts";

/**
 * Public on purpose: it belongs to the salt in Pulumi.dev.yaml and protects nothing but the local dev stack. Every other stack has
 * a passphrase or a key service of its own.
 */
const devPassphrase = "ckan-environments-dev";

/** The project's name in Pulumi.yaml. */
export const projectName = "ckan";

/** The stack of the local cluster. */
export const devStack = "dev";

/** Pulumi's state where nobody chose a backend. */
export const localStateFolder = join(stateRoot, "pulumi");

/** The kubeconfig of the local cluster; its only context is `ckan-local`. */
export const localKubeconfig = join(stateRoot, "kubeconfig");

/** The variables that plain `npx pulumi` needs in a shell of its own. */
export function exportedEnvironment(tools: PulumiTools): Readonly<Record<string, string>> {
  const exported: Record<string, string> = { PULUMI_HOME: tools.home, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const userHome = process.env["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
  if (!hasOwnBackend(userHome)) {
    mkdirSync(localStateFolder, { recursive: true });
    exported["PULUMI_BACKEND_URL"] = pathToFileURL(localStateFolder).href;
  } else if (tools.home !== userHome && existsSync(join(userHome, "credentials.json"))) {
    // The login of the user's own installation stays in force.
    exported["PULUMI_CREDENTIALS_PATH"] = userHome;
  }
  if (!process.env["PULUMI_CONFIG_PASSPHRASE"] && !process.env["PULUMI_CONFIG_PASSPHRASE_FILE"]) {
    exported["PULUMI_CONFIG_PASSPHRASE_FILE"] = writePassphraseFile();
  }
  // The file alone, no list: the Kubernetes provider does not understand one.
  if (existsSync(localKubeconfig)) exported["KUBECONFIG"] = localKubeconfig;
  return exported;
}

/** The whole environment in which the toolchain runs the CLI, for one stack. */
export function pulumiEnvironment(tools: PulumiTools, stack: string = devStack): NodeJS.ProcessEnv {
  const path = [tools.bin, join(projectRoot, "node_modules", ".bin"), process.env["PATH"]].join(delimiter);
  const exported = exportedEnvironment(tools);
  if (stack === devStack) return { ...process.env, ...exported, PATH: path };
  // Every other stack has its context in the user's own kubeconfig, and secrets that a public passphrase must not encrypt.
  const { KUBECONFIG: _, PULUMI_CONFIG_PASSPHRASE_FILE: __, ...others } = exported;
  return { ...process.env, ...others, PATH: path };
}

/** The stack that a command line of Pulumi's names by `-s prod`, `--stack prod`, `--stack=prod` or `stack init prod`. */
export function namedStack(args: readonly string[]): string | undefined {
  const joined = args.find((argument) => argument.startsWith("--stack="));
  if (joined !== undefined) return joined.slice("--stack=".length);
  const flag = args.findIndex((argument) => argument === "-s" || argument === "--stack");
  if (flag !== -1) return args[flag + 1];
  const [command, verb, name] = args;
  return command === "stack" && verb === "init" && !name?.startsWith("-") ? name : undefined;
}

/** True when the state of this stack lies in the folder on this machine. */
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
