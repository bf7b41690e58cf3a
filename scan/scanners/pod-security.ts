/** The library by which the API server enforces Pod Security Standards, at the level restricted. */
import { basename, join } from "node:path";
import { z } from "zod";
import { readJson, scannerOutput } from "../output.ts";
import { type Result, result, type Scanner } from "./scanner.ts";

export function podSecurity(program: string, kubernetesVersion: string): Scanner {
  const version = `v${kubernetesVersion.split(".").slice(0, 2).join(".")}`;
  return {
    name: "pod-security",
    looksAt: "pods",
    scan: async ({ folder, files }) =>
      readPodSecurity(await scannerOutput(program, [version, ...files.map((file) => join(folder, file))], [0])),
  };
}

const schema = z.array(
  z.object({
    file: z.string(),
    passed: z.number(),
    refused: z.array(z.object({ reason: z.string(), detail: z.string() })),
  }),
);

export function readPodSecurity(output: string): Result {
  const objects = readJson("pod-security", schema, output);
  return result(
    objects.map(({ file }) => basename(file)),
    objects.reduce((total, { passed }) => total + passed, 0),
    objects.flatMap(({ file, refused }) =>
      refused.map(({ reason, detail }) => ({ check: reason, file: basename(file), message: detail })),
    ),
  );
}
