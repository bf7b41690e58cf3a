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
  // Set only while there is a local cluster: stacks of other clusters name their context in the user's own kubeconfig.
  if (existsSync(localKubeconfig)) exported["KUBECONFIG"] = [localKubeconfig, ...userKubeconfigs()].join(delimiter);
  return exported;
}

/** The whole environment in which the toolchain runs the CLI. */
export function pulumiEnvironment(tools: PulumiTools): NodeJS.ProcessEnv {
  const path = [tools.bin, join(projectRoot, "node_modules", ".bin"), process.env["PATH"]].join(delimiter);
  return { ...process.env, ...exportedEnvironment(tools), PATH: path };
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

function userKubeconfigs(): readonly string[] {
  const files = process.env["KUBECONFIG"] || join(homedir(), ".kube", "config");
  return files.split(delimiter).filter((file) => file !== localKubeconfig);
}
