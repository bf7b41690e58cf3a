/** Inputs of `npm run scan`: scanners for Kubernetes objects, and Kubernetes' description of its own objects. */
import { copyFileSync, existsSync, mkdirSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { everyDefinition } from "./crds.ts";
import { ensureGoPrograms, requireGo } from "./go.ts";
import { cacheRoot, projectRoot } from "./paths.ts";
import { run } from "./process.ts";
import { ensurePythonProgram } from "./python.ts";
import { step } from "./steps.ts";
import { checkovVersion, kubeconformVersion, kubernetesVersion, kubeScoreVersion } from "./versions.ts";

export interface Scanners {
  readonly kubeScore: string;
  readonly kubeconform: string;
  /** The Python that has checkov. */
  readonly checkovPython: string;
  /** Kubernetes' OpenAPI description of every object. */
  readonly swagger: string;
  /** CRD files of every custom resource that a stack may contain. */
  readonly definitions: readonly string[];
}

export async function ensureScanners(): Promise<Scanners> {
  return {
    kubeScore: await goProgram("kube-score", kubeScoreVersion, "github.com/zegl/kube-score/cmd/kube-score"),
    kubeconform: await goProgram("kubeconform", kubeconformVersion, "github.com/yannh/kubeconform/cmd/kubeconform"),
    checkovPython: await ensurePythonProgram({ name: "checkov", version: checkovVersion, cost: "1 minute" }),
    swagger: await ensureSwagger(),
    definitions: await everyDefinition(),
  };
}

async function goProgram(name: string, version: string, path: string): Promise<string> {
  const folder = await ensureGoPrograms({ name, version, programs: { [name]: path }, cost: "2 minutes on 2 cores" });
  return join(folder, name);
}

/** It is part of Kubernetes' own module, which the local cluster is built from. */
async function ensureSwagger(): Promise<string> {
  const file = join(cacheRoot, "swagger", `kubernetes-${kubernetesVersion}.json`);
  if (existsSync(file)) return file;
  await step(
    `Kubernetes ${kubernetesVersion}'s description of its objects (1 minute when nothing is cached)`,
    async () => {
      await requireGo();
      const cwd = join(projectRoot, "toolchain", "go", "kubernetes");
      const found = JSON.parse(await run("go", ["mod", "download", "-json", "k8s.io/kubernetes"], { cwd }));
      mkdirSync(dirname(file), { recursive: true });
      const temporary = `${file}.${process.pid}.tmp`;
      copyFileSync(join(found.Dir, "api", "openapi-spec", "swagger.json"), temporary);
      renameSync(temporary, file);
    },
  );
  return file;
}
