import { join } from "node:path";
import { defineConfig } from "vitest/config";
import {
  type EngineKubernetesVersion,
  engineKubernetesVersions,
  kubernetesVersion as kubernetesVersionOfStacks,
} from "./toolchain/versions.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Kubernetes version of the API server that an engine test uses. */
    readonly kubernetesVersion: EngineKubernetesVersion;
  }
}

// .ci/run counts the tests in these files.
const results = process.env["TEST_RESULTS"];

const devStack = "test/engine/dev.test.ts";

interface Files {
  readonly include: string[];
  readonly exclude?: string[];
}

function engineTests(name: string, kubernetesVersion: EngineKubernetesVersion, files: Files) {
  return {
    test: {
      name,
      ...files,
      provide: { kubernetesVersion },
      testTimeout: 300_000,
      hookTimeout: 300_000,
      // Each file has an API server and a state of its own, and mostly waits for one command at a time.
      maxWorkers: 2,
    },
  };
}

export default defineConfig({
  test: {
    ...(results !== undefined && {
      reporters: ["default", ["json", { outputFile: join(results, `${process.pid}.json`) }]],
    }),
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/engine/**", "test/e2e/**", "test/faults/**", "test/variants/**"],
          // A busy machine must not fail a test.
          testTimeout: 60_000,
          // Test files in one worker share modules: loading Pulumi for each takes longer than most tests.
          isolate: false,
          // The provider copies KUBECONFIG into its inputs: with one set, the inputs would differ between machines.
          env: { KUBECONFIG: "" },
          maxWorkers: "100%",
        },
      },
      // The engine tests that everybody runs (`npm test`), and whose result may depend on the Kubernetes version.
      ...engineKubernetesVersions.map((version) => {
        const everybody = version === kubernetesVersionOfStacks;
        return engineTests(`${everybody ? "dev stack" : "engine, dev stack"} on Kubernetes ${version}`, version, {
          include: [devStack],
        });
      }),
      // Pulumi's state, external services and other projects' CRDs: independent of the Kubernetes version.
      engineTests(`engine on Kubernetes ${kubernetesVersionOfStacks}`, kubernetesVersionOfStacks, {
        include: ["test/engine/**/*.test.ts"],
        exclude: [devStack],
      }),
      {
        test: {
          name: "faults",
          include: ["test/faults/**/*.test.ts"],
          testTimeout: 900_000,
          hookTimeout: 900_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "variants",
          include: ["test/variants/**/*.test.ts"],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
