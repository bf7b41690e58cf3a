/** The cluster of the dev stack: a context that the user named, kind where Docker runs, else a node on this machine. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { localKubeconfig } from "../toolchain/backend.ts";
import { stateRoot } from "../toolchain/paths.ts";
import { run } from "../toolchain/process.ts";
import { print, step, ToolchainError } from "../toolchain/steps.ts";
import { ensureEmbedded, hasRemains, stopEmbedded } from "./embedded.ts";
import { type ImageArchive, importArchives } from "./import.ts";
import { ensureKind, findKind, importIntoKind, stopKind } from "./kind.ts";
import { writeLocalKubeconfig } from "./kubeconfig.ts";
import { withLock } from "./lock.ts";

export type Cluster =
  | { readonly kind: "named"; readonly context: string }
  | { readonly kind: "kind"; readonly program: string }
  | { readonly kind: "embedded" };

const lockFile = join(stateRoot, "cluster.lock");

/** Starts the cluster unless it already runs; its kubeconfig is `localKubeconfig`. */
export async function ensureCluster(): Promise<Cluster> {
  const cluster = await chooseCluster();
  await withLock(lockFile, async () => {
    switch (cluster.kind) {
      case "named":
        return useNamedContext(cluster.context);
      case "kind":
        return ensureKind(cluster.program);
      case "embedded":
        return ensureEmbedded();
    }
  });
  return cluster;
}

/** Loads built images into the cluster. */
export async function importImages(cluster: Cluster, images: readonly ImageArchive[]): Promise<void> {
  switch (cluster.kind) {
    case "named":
      print(`ATTENTION: the cluster of context ${cluster.context} must be able to pull these images itself:`);
      for (const { reference } of images) print(`  ${reference}`);
      return;
    case "kind":
      return await importIntoKind(cluster.program, images);
    case "embedded":
      return await importArchives(images);
  }
}

/** Stops only what `ensureCluster` started; `wipe` deletes the cluster's data as well. */
export async function stopCluster(wipe: boolean): Promise<void> {
  if (process.env["CKAN_KUBE_CONTEXT"]) {
    throw new ToolchainError(
      "the cluster of CKAN_KUBE_CONTEXT is not this project's to stop",
      "delete the dev stack from it with `npm run pulumi -- destroy -s dev`",
    );
  }
  await withLock(lockFile, async () => {
    if (hasRemains(wipe)) await step("Stopping the local cluster", () => stopEmbedded(wipe));
    const kind = await findKind();
    if (kind) await step("Stopping the local cluster (kind)", () => stopKind(kind, wipe));
  });
  if (wipe) rmSync(localKubeconfig, { force: true });
}

async function chooseCluster(): Promise<Cluster> {
  const context = process.env["CKAN_KUBE_CONTEXT"];
  if (context) return { kind: "named", context };
  const program = await findKind();
  if (program) return { kind: "kind", program };
  if (process.platform === "linux" && process.getuid?.() === 0) return { kind: "embedded" };
  throw new ToolchainError(
    "no way to a local cluster: no CKAN_KUBE_CONTEXT, no Docker with kind, and not root on Linux",
    "start Docker; or name a context of your kubeconfig: CKAN_KUBE_CONTEXT=<context> npm start; or run as root on Debian",
  );
}

async function useNamedContext(context: string): Promise<void> {
  const view = ["config", "view", "--raw", "--minify", "--flatten", "--output=json", "--context", context];
  writeLocalKubeconfig(await run("kubectl", view), context);
}
