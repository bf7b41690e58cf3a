/** The kubeconfig that every way to a cluster ends in: one context, `ckan-local`, so that the dev stack reaches nothing else. */
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { localKubeconfig } from "../backend.ts";
import { ToolchainError } from "../steps.ts";
import { contextName } from "./settings.ts";

interface Kubeconfig {
  readonly contexts?: readonly { readonly name: string; readonly context: object }[];
}

/** Writes it from what `kubectl config view --raw --minify --flatten --output json` printed. */
export function writeLocalKubeconfig(json: string): void {
  const config = JSON.parse(json) as Kubeconfig;
  const context = config.contexts?.[0]?.context;
  if (context === undefined) throw new ToolchainError("the kubeconfig has no such context", "check CKAN_KUBE_CONTEXT");
  const renamed = { ...config, contexts: [{ name: contextName, context }], "current-context": contextName };
  mkdirSync(dirname(localKubeconfig), { recursive: true });
  // YAML is a superset of JSON, so every reader of a kubeconfig reads this.
  writeFileSync(`${localKubeconfig}.tmp`, JSON.stringify(renamed, null, 2), { mode: 0o600 });
  renameSync(`${localKubeconfig}.tmp`, localKubeconfig);
}
