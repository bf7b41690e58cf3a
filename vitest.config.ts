import { join } from "node:path";
import { defineConfig } from "vitest/config";
import {
  type EngineKubernetesVersion,
  engineKubernetesVersions,
  kubernetesVersion as kubernetesVersionOfStacks,
} from "./toolchain/versions.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Of the API server that an engine test talks to. */
    readonly kubernetesVersion: EngineKubernetesVersion;
  }
}

// Where .ci/run counts what was run.
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
      fileParallelism: false,
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
          // A busy machine is no fault of the code.
          testTimeout: 60_000,
          // Files of one worker share their modules: loading Pulumi anew for each takes longer than most of the tests.
          isolate: false,
          // The provider takes it into its inputs: whoever has one would see other inputs than everybody else.
          env: { KUBECONFIG: "" },
          maxWorkers: "100%",
        },
      },
      // The part of the engine tests that everybody runs (`npm test`), and that may go differently on another version.
      ...engineKubernetesVersions.map((version) => {
        const everybody = version === kubernetesVersionOfStacks;
        return engineTests(`${everybody ? "dev stack" : "engine, dev stack"} on Kubernetes ${version}`, version, {
          include: [devStack],
        });
      }),
      // About Pulumi's state, services outside and other projects' definitions, which no version of Kubernetes changes.
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
