/** checkov: security misconfigurations. */
import { basename } from "node:path";
import { z } from "zod";
import { readJson, scannerOutput } from "../output.ts";
import { type Result, result, type Scanner } from "./scanner.ts";

export function checkov(python: string): Scanner {
  const options = ["--framework=kubernetes", "--output=json", "--soft-fail", "--skip-download"];
  return {
    name: "checkov",
    looksAt: "pods",
    scan: async ({ folder }) =>
      readCheckov(await scannerOutput(python, ["-m", "checkov.main", "--directory", folder, ...options], [0])),
  };
}

const checks = z.array(z.object({ check_id: z.string(), check_name: z.string(), file_path: z.string() }));

const schema = z.object({
  results: z.object({
    passed_checks: checks,
    failed_checks: checks,
    // Skipped by a comment or an annotation; accepted findings belong in accepted.yaml.
    skipped_checks: checks,
    parsing_errors: z.array(z.string()).max(0),
  }),
});

export function readCheckov(output: string): Result {
  const { passed_checks, failed_checks, skipped_checks } = readJson("checkov", schema, output).results;
  const findings = [...failed_checks, ...skipped_checks];
  return result(
    [...passed_checks, ...findings].map(({ file_path }) => basename(file_path)),
    passed_checks.length,
    findings.map(({ check_id, check_name, file_path }) => ({
      check: check_id,
      file: basename(file_path),
      message: check_name,
    })),
  );
}
