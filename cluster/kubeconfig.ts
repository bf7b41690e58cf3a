/** The kubeconfig of the local cluster, whatever runs it: one context, `ckan-local`, so that the dev stack reaches nothing else. */
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { localKubeconfig } from "../toolchain/backend.ts";
import { contextName } from "./settings.ts";

/** Writes it from a kubeconfig with the single context `context`, renamed to `ckan-local`. */
export function writeLocalKubeconfig(kubeconfig: string, context: string): void {
  mkdirSync(dirname(localKubeconfig), { recursive: true });
  const renamed = kubeconfig.split("\n").map((line) => {
    // Edited as text: each name is on a line of its own, in YAML as in JSON.
    const [, before, name, after] = /^(\s*-?\s*"?(?:name|current-context)"?: "?)(.+?)("?,?)$/.exec(line) ?? [];
    return name === context ? `${before}${contextName}${after}` : line;
  });
  writeFileSync(`${localKubeconfig}.tmp`, renamed.join("\n"), { mode: 0o600 });
  renameSync(`${localKubeconfig}.tmp`, localKubeconfig);
}
