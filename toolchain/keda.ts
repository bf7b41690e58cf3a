/** KEDA in the local cluster: its operator and metrics server built from its Go module, installed by that module's own manifests. */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { localKubeconfig } from "./backend.ts";
import { ensureKubernetes } from "./cluster/binaries.ts";
import { ensureCluster, importImages } from "./cluster/cluster.ts";
import { ensureProgramImage } from "./cluster/image-archive.ts";
import { ensureGoPrograms } from "./go.ts";
import { cacheRoot } from "./paths.ts";
import { run } from "./process.ts";
import { kedaVersion } from "./versions.ts";

/** Each program: its Deployment, the image that KEDA's manifests name, and the package that it is built from. */
const programs = [
  { deployment: "keda-operator", published: "ghcr.io/kedacore/keda", path: "operator" },
  { deployment: "keda-metrics-apiserver", published: "ghcr.io/kedacore/keda-metrics-apiserver", path: "adapter" },
] as const;

const builtImage = (deployment: string) => `localhost/ckan-environments/${deployment}`;

/** Images of both programs, in the local cluster. */
export async function ensureKedaImages(): Promise<void> {
  const folder = await ensureGoPrograms({
    name: "keda",
    version: kedaVersion,
    programs: Object.fromEntries(
      programs.map(({ deployment, path }) => [deployment, `github.com/kedacore/keda/v2/cmd/${path}`]),
    ),
    cost: "6 minutes on 2 cores",
  });
  const images = await Promise.all(
    programs.map(async ({ deployment }) => {
      const reference = `${builtImage(deployment)}:${kedaVersion}`;
      const archive = join(cacheRoot, "images", `${deployment}-${folder.slice(-12)}.tar`);
      await ensureProgramImage(reference, join(folder, deployment), archive);
      return { reference, archive };
    }),
  );
  await importImages(await ensureCluster(), images);
}

/** Installs KEDA, and waits until the API server gets metrics from it. */
export async function installKeda(): Promise<void> {
  await kubectl(["apply", "--server-side", "--force-conflicts", "-f", "-"], await manifests());
  for (const { deployment } of programs)
    await kubectl(["-n", "keda", "rollout", "status", `deployment/${deployment}`, "--timeout=180s"]);
  const metrics = "apiservice/v1beta1.external.metrics.k8s.io";
  await kubectl(["wait", metrics, "--for=condition=Available", "--timeout=120s"]);
}

/** Removes it with its definitions, and so with what others declared by them. */
export async function removeKeda(): Promise<void> {
  await kubectl(["delete", "--ignore-not-found", "-f", "-"], await manifests());
}

/** KEDA's own, with the images built here: one program each, as any user but root. */
async function manifests(): Promise<string> {
  const module = JSON.parse(
    await run("go", ["mod", "download", "-json", `github.com/kedacore/keda/v2@v${kedaVersion}`], { cwd: "/" }),
  );
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "ckan-keda-")));
  try {
    const kustomization = {
      resources: [relative(folder, join(module.Dir, "config", "minimal"))],
      images: programs.map(({ deployment, published }) => ({
        name: published,
        newName: builtImage(deployment),
        newTag: kedaVersion,
      })),
      patches: programs.map(({ deployment }) => ({
        target: { kind: "Deployment", name: deployment },
        patch: JSON.stringify([
          { op: "add", path: "/spec/template/spec/securityContext/runAsUser", value: 65532 },
          { op: "replace", path: "/spec/template/spec/containers/0/imagePullPolicy", value: "IfNotPresent" },
          { op: "replace", path: "/spec/template/spec/containers/0/command", value: ["/program"] },
        ]),
      })),
    };
    writeFileSync(join(folder, "kustomization.yaml"), JSON.stringify(kustomization));
    return await kubectl(["kustomize", folder]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function kubectl(args: readonly string[], input?: string): Promise<string> {
  const all = ["kubectl", "--kubeconfig", localKubeconfig, ...args];
  return await run(await ensureKubernetes(), all, input === undefined ? {} : { input });
}
