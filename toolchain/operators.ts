/** Operators in the local cluster: built from their Go modules, installed with the modules' own manifests. */
import { copyFileSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import { ensureKubernetes } from "../cluster/binaries.ts";
import { ensureCluster, importImages } from "../cluster/cluster.ts";
import { ensureProgramImage } from "../cluster/image-archive.ts";
import { localKubeconfig } from "./backend.ts";
import { ensureGoPrograms } from "./go.ts";
import { cacheRoot } from "./paths.ts";
import { run } from "./process.ts";
import { cloudNativePgVersion, kedaVersion } from "./versions.ts";

interface Program {
  readonly deployment: string;
  /** Image in the manifests. */
  readonly published: string;
  /** Path of its main package in the module. */
  readonly path: string;
  /** Paths in the image; the first is the entry point. */
  readonly places: readonly [string, ...string[]];
  /** Patch that the Deployment needs for the image that is built here. */
  readonly patch: (image: string) => readonly object[];
}

interface Operator {
  readonly module: string;
  readonly version: string;
  readonly namespace: string;
  /** A file in the module, or a folder with a kustomization. */
  readonly manifests: string;
  readonly programs: readonly Program[];
  /** What to wait for after the Deployments, as arguments of `kubectl wait`. */
  readonly ready: readonly string[];
  readonly cost: string;
}

const pod = "/spec/template/spec";

/** The image built here sets no user. */
const kedaPatch = () => [{ op: "add", path: `${pod}/securityContext/runAsUser`, value: 65532 }];

const operators = {
  keda: {
    module: "github.com/kedacore/keda/v2",
    version: kedaVersion,
    namespace: "keda",
    manifests: "config/minimal",
    programs: [
      {
        deployment: "keda-operator",
        published: "ghcr.io/kedacore/keda",
        path: "cmd/operator",
        places: ["keda"],
        patch: kedaPatch,
      },
      {
        deployment: "keda-metrics-apiserver",
        published: "ghcr.io/kedacore/keda-metrics-apiserver",
        path: "cmd/adapter",
        places: ["keda-adapter"],
        patch: kedaPatch,
      },
    ],
    ready: ["apiservice/v1beta1.external.metrics.k8s.io", "--for=condition=Available"],
    cost: "6 minutes on 2 cores",
  },
  "cloud-native-pg": {
    module: "github.com/cloudnative-pg/cloudnative-pg",
    version: cloudNativePgVersion,
    namespace: "cnpg-system",
    manifests: `releases/cnpg-${cloudNativePgVersion}.yaml`,
    programs: [
      {
        deployment: "cnpg-controller-manager",
        published: "ghcr.io/cloudnative-pg/cloudnative-pg",
        path: "cmd/manager",
        // It copies itself from the first path into each server's pod, and compares the running copy with the second.
        places: ["manager", `operator/manager_${process.arch === "x64" ? "amd64" : process.arch}`],
        patch: (image) => [{ op: "replace", path: `${pod}/containers/0/env/0/value`, value: image }],
      },
    ],
    ready: ["crd/clusters.postgresql.cnpg.io", "--for=condition=Established"],
    cost: "3 minutes on 2 cores",
  },
} as const satisfies Record<string, Operator>;

export type OperatorName = keyof typeof operators;

export const operatorNames = Object.keys(operators) as OperatorName[];

const imageOf = ({ deployment }: Program) => `localhost/ckan-environments/${deployment}`;

/** Builds an operator's images and imports them into the local cluster. */
export async function ensureOperatorImages(name: OperatorName): Promise<void> {
  const { module, version, programs, cost }: Operator = operators[name];
  const folder = await ensureGoPrograms({
    name,
    version,
    programs: Object.fromEntries(programs.map(({ deployment, path }) => [deployment, `${module}/${path}`])),
    cost,
  });
  const images = await Promise.all(
    programs.map(async (program) => {
      const reference = `${imageOf(program)}:${version}`;
      const layout = program.places.join("-").replaceAll("/", "-");
      const archive = join(cacheRoot, "images", `${program.deployment}-${folder.slice(-12)}-${layout}.tar`);
      await ensureProgramImage(reference, join(folder, program.deployment), archive, program.places);
      return { reference, archive };
    }),
  );
  await importImages(await ensureCluster(), images);
}

/** Installs an operator and waits until it is ready. */
export async function installOperator(name: OperatorName): Promise<void> {
  const { namespace, programs, ready }: Operator = operators[name];
  await kubectl(["apply", "--server-side", "--force-conflicts", "-f", "-"], await manifests(operators[name]));
  for (const { deployment } of programs)
    await kubectl(["-n", namespace, "rollout", "status", `deployment/${deployment}`, "--timeout=180s"]);
  await kubectl(["wait", ...ready, "--timeout=120s"]);
}

/** Removes an operator with its CRDs, and so with all custom resources of these kinds. */
export async function removeOperator(name: OperatorName): Promise<void> {
  await kubectl(["delete", "--ignore-not-found", "-f", "-"], await manifests(operators[name]));
}

/** The module's manifests, with the images built here. */
async function manifests({ module, version, programs, manifests: path }: Operator): Promise<string> {
  const { Dir } = JSON.parse(await run("go", ["mod", "download", "-json", `${module}@v${version}`], { cwd: "/" }));
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "ckan-operator-")));
  try {
    const kustomization = {
      resources: [resource(join(Dir, path), folder)],
      images: programs.map((program) => ({ name: program.published, newName: imageOf(program), newTag: version })),
      patches: programs.map((program) => ({
        target: { kind: "Deployment", name: program.deployment },
        patch: JSON.stringify([
          { op: "replace", path: `${pod}/containers/0/imagePullPolicy`, value: "IfNotPresent" },
          { op: "replace", path: `${pod}/containers/0/command`, value: [`/${program.places[0]}`] },
          ...program.patch(`${imageOf(program)}:${version}`),
        ]),
      })),
    };
    writeFileSync(join(folder, "kustomization.yaml"), JSON.stringify(kustomization));
    return await kubectl(["kustomize", folder]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Kustomize accepts folders anywhere, by relative path, but files only from its own folder. */
function resource(path: string, folder: string): string {
  if (statSync(path).isDirectory()) return relative(folder, path);
  copyFileSync(path, join(folder, basename(path)));
  return basename(path);
}

async function kubectl(args: readonly string[], input?: string): Promise<string> {
  const all = ["kubectl", "--kubeconfig", localKubeconfig, ...args];
  return await run(await ensureKubernetes(), all, input === undefined ? {} : { input });
}
