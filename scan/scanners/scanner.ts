/** What the scanners have in common. */
import type { Finding, Report } from "../findings.ts";

/** One stack, rendered into a folder. */
export interface RenderedStack {
  readonly folder: string;
  /** Names of the files; each holds one object. */
  readonly files: readonly string[];
}

export interface Scanner {
  readonly name: string;
  /** Kinds that it looks at without being asked: only those that make pods, or all. */
  readonly looksAt: "pods" | "everything";
  readonly scan: (stack: RenderedStack) => Promise<Result>;
}

export type Result = Pick<Report, "looked" | "passed" | "findings">;

/** The findings, and the files that were looked at, by the names that the stack gives them. */
export function result(looked: readonly string[], passed: number, findings: readonly Finding[]): Result {
  return { looked: new Set(looked), passed, findings };
}
