/** The interface of a scanner. */
import type { Finding, Report } from "../findings.ts";

/** One stack, rendered into a folder. */
export interface RenderedStack {
  readonly folder: string;
  /** File names; each file holds one object. */
  readonly files: readonly string[];
}

export interface Scanner {
  readonly name: string;
  /** Kinds that the scanner checks: only workloads, or everything. */
  readonly looksAt: "pods" | "everything";
  readonly scan: (stack: RenderedStack) => Promise<Result>;
}

export type Result = Pick<Report, "looked" | "passed" | "findings">;

/** Findings and checked files, with file names as in the stack. */
export function result(looked: readonly string[], passed: number, findings: readonly Finding[]): Result {
  return { looked: new Set(looked), passed, findings };
}
