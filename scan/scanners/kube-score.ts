/** kube-score: whether workloads run and update safely. */
import { basename, join } from "node:path";
import { z } from "zod";
import { readJson, scannerOutput } from "../output.ts";
import { type Result, result, type Scanner } from "./scanner.ts";

/** Optional checks to enable. Not those that require requests equal to limits: an idle site would reserve its peak load. */
const optionalChecks = ["container-seccomp-profile", "container-ports-check"];

export function kubeScore(program: string, kubernetesVersion: string): Scanner {
  const version = kubernetesVersion.split(".").slice(0, 2).join(".");
  const options = [
    "score",
    "--output-format=json",
    `--kubernetes-version=v${version}`,
    // Accepted findings belong in accepted.yaml.
    "--disable-ignore-checks-annotations",
    ...optionalChecks.flatMap((check) => ["--enable-optional-test", check]),
  ];
  return {
    name: "kube-score",
    looksAt: "pods",
    scan: async ({ folder, files }) =>
      readKubeScore(await scannerOutput(program, [...options, ...files.map((file) => join(folder, file))])),
  };
}

const schema = z.array(
  z.object({
    file_name: z.string(),
    checks: z.array(
      z.object({
        check: z.object({ id: z.string(), name: z.string() }),
        /** 10: ok; 7: almost ok; 5: warning; 1: critical. */
        grade: z.number(),
        skipped: z.boolean(),
        comments: z.array(z.object({ path: z.string(), summary: z.string() })).nullable(),
      }),
    ),
  }),
);

export function readKubeScore(output: string): Result {
  const objects = readJson("kube-score", schema, output);
  const checks = objects.flatMap(({ file_name, checks }) =>
    checks.filter(({ skipped }) => !skipped).map((each) => ({ ...each, file: basename(file_name) })),
  );
  const failed = checks.filter(({ grade }) => grade < 10);
  return result(
    objects.map(({ file_name }) => basename(file_name)),
    checks.length - failed.length,
    failed.map(({ check, comments, file }) => ({
      check: check.id,
      file,
      message:
        (comments ?? []).map(({ path, summary }) => `${path === "" ? "" : `${path}: `}${summary}`).join("; ") ||
        check.name,
    })),
  );
}
