/**
 * CRDs from their projects' Go modules: with them the tests' API servers know the kinds of a stack and validate every field. The checksum
 * database verifies the modules. GKE's CRDs are in no registry, so ours are written by hand.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { requireGo } from "./go.ts";
import { projectRoot } from "./paths.ts";
import { run } from "./process.ts";
import { cloudNativePgVersion, kedaVersion } from "./versions.ts";

interface Project {
  readonly module: string;
  /** The module's folder of CRDs. */
  readonly folder: string;
  /** Selects files in it; a project may have one per channel. */
  readonly files: RegExp;
}

const projects = {
  "gateway-api": {
    module: "sigs.k8s.io/gateway-api@v1.6.1",
    folder: "config/crd/standard",
    files: /_(?:gatewayclasses|gateways|httproutes)\.yaml$/,
  },
  "cert-manager": {
    module: "github.com/cert-manager/cert-manager@v1.21.1",
    folder: "deploy/crds",
    files: /_(?:certificates|issuers|clusterissuers)\.yaml$/,
  },
  "openshift-route": {
    module: "github.com/openshift/api@v0.0.0-20250207102212-9e59a77ed2e0",
    folder: "route/v1/zz_generated.crd-manifests",
    // Every cluster since OpenShift 4.19 has `externalCertificate`; in this version of the module only this file does.
    files: /^routes-TechPreviewNoUpgrade\.crd\.yaml$/,
  },
  "cloud-native-pg": {
    module: `github.com/cloudnative-pg/cloudnative-pg@v${cloudNativePgVersion}`,
    folder: "config/crd/bases",
    files: /_(?:clusters|databases|poolers|scheduledbackups)\.yaml$/,
  },
  "barman-cloud": {
    module: "github.com/cloudnative-pg/plugin-barman-cloud@v0.13.0",
    folder: "config/crd/bases",
    files: /_objectstores\.yaml$/,
  },
  "prometheus-operator": {
    module: "github.com/prometheus-operator/prometheus-operator@v0.93.0",
    folder: "example/prometheus-operator-crd-full",
    files: /_podmonitors\.yaml$/,
  },
  keda: {
    module: `github.com/kedacore/keda/v2@v${kedaVersion}`,
    folder: "config/crd/bases",
    files: /^keda\.sh_(?:scaledobjects|triggerauthentications)\.yaml$/,
  },
} as const satisfies Record<string, Project>;

/** CRDs that are written by hand. */
const ownDefinitions = { gke: "toolchain/definitions/gke.yaml" } as const;

export type CustomResourceProject = keyof typeof projects | keyof typeof ownDefinitions;

/** Paths of all CRDs. */
export async function everyDefinition(): Promise<readonly string[]> {
  const names = Object.keys({ ...projects, ...ownDefinitions }) as CustomResourceProject[];
  return (await Promise.all(names.map(customResourceDefinitions))).flat();
}

/** Paths of a project's CRDs; downloads its module the first time. */
export async function customResourceDefinitions(name: CustomResourceProject): Promise<readonly string[]> {
  if (name in ownDefinitions) return [join(projectRoot, ownDefinitions[name as keyof typeof ownDefinitions])];
  await requireGo();
  const { module, folder, files }: Project = projects[name as keyof typeof projects];
  // Run outside any module: our go.mod files must not select another version.
  const downloaded = JSON.parse(await run("go", ["mod", "download", "-json", module], { cwd: "/" })) as { Dir: string };
  const path = join(downloaded.Dir, folder);
  const found = readdirSync(path).filter((file) => files.test(file));
  if (found.length === 0) throw new Error(`no definitions in ${path}`);
  return found.sort().map((file) => join(path, file));
}
