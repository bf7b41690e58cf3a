/** The local cluster in Docker, run by kind. */
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { localKubeconfig } from "../toolchain/backend.ts";
import { cacheRoot, stateRoot } from "../toolchain/paths.ts";
import { run, tryRun, which } from "../toolchain/process.ts";
import { step } from "../toolchain/steps.ts";
import { kindVersion } from "../toolchain/versions.ts";
import { type ImageArchive, importOnce } from "./import.ts";
import { writeLocalKubeconfig } from "./kubeconfig.ts";
import { sitePort } from "./settings.ts";

const clusterName = "ckan-environments";
const container = `${clusterName}-control-plane`;
const importRecord = join(stateRoot, "kind-images.json");

/** kind's path when a container engine answers and kind is installed or can be built; else undefined. */
export async function findKind(): Promise<string | undefined> {
  if (which("docker") === undefined || (await tryRun("docker", ["info"])).code !== 0) return undefined;
  const installed = which("kind");
  if (installed) return installed;
  const folder = join(cacheRoot, "bin", `kind-${kindVersion}`);
  const built = join(folder, "kind");
  if (existsSync(built)) return built;
  mkdirSync(folder, { recursive: true });
  const env = { ...process.env, GOBIN: folder, GOFLAGS: "", GOTOOLCHAIN: "auto" };
  const { code } = await tryRun("go", ["install", `sigs.k8s.io/kind@v${kindVersion}`], { env });
  return code === 0 ? built : undefined;
}

/** Creates the cluster, or starts the one that `npm stop` stopped. */
export async function ensureKind(kind: string): Promise<void> {
  const clusters = await run(kind, ["get", "clusters"]);
  if (!clusters.split("\n").includes(clusterName)) {
    await step("Local cluster (kind)", async () => {
      rmSync(importRecord, { force: true });
      const create = ["create", "cluster", "--name", clusterName, "--kubeconfig", localKubeconfig, "--wait", "180s"];
      await run(kind, [...create, "--config", "-"], { input: JSON.stringify(configuration()) });
    });
  } else if ((await run("docker", ["inspect", "--format", "{{.State.Running}}", container])).trim() !== "true") {
    await step("Local cluster (kind), stopped before", () => run("docker", ["start", container]));
  }
  writeLocalKubeconfig(await run(kind, ["get", "kubeconfig", "--name", clusterName]), `kind-${clusterName}`);
}

export async function importIntoKind(kind: string, images: readonly ImageArchive[]): Promise<void> {
  await importOnce(images, importRecord, (archive) =>
    run(kind, ["load", "image-archive", archive, "--name", clusterName]),
  );
}

export async function stopKind(kind: string, wipe: boolean): Promise<void> {
  if (wipe) await run(kind, ["delete", "cluster", "--name", clusterName]);
  else await tryRun("docker", ["stop", container]);
}

function configuration(): object {
  const port = { containerPort: sitePort, hostPort: sitePort, listenAddress: "127.0.0.1" };
  return {
    kind: "Cluster",
    apiVersion: "kind.x-k8s.io/v1alpha4",
    nodes: [{ role: "control-plane", extraPortMappings: [port] }],
  };
}
