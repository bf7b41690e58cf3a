/** What each fault cost, printed at the end and kept beside the logs of the local cluster. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stateRoot } from "../../../toolchain/paths.ts";
import { failures, type Outcome, recoverySeconds } from "./requests.ts";

export interface Cost {
  readonly fault: string;
  readonly requests: number;
  readonly failed: number;
  /** Seconds from the fault to the first answer after the last failure; 0 when none failed. */
  readonly recovery: number;
}

export function cost(fault: string, outcomes: readonly Outcome[], since: number): Cost {
  const recovery = Math.round(recoverySeconds(outcomes, since) * 10) / 10;
  return { fault, requests: outcomes.length, failed: failures(outcomes).length, recovery };
}

/** Prints the costs and keeps them. */
export function keep(name: string, costs: readonly Cost[]): void {
  const rows = costs.map((row) => [row.fault, `${row.requests}`, `${row.failed}`, `${row.recovery} s`]);
  keepTable(name, ["fault", "requests", "failed", "recovered after"], rows);
}

/** Prints a table and keeps it. */
export function keepTable(name: string, headings: readonly string[], rows: readonly (readonly string[])[]): void {
  const lines = [headings, headings.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  const table = `${lines.join("\n")}\n`;
  const path = join(stateRoot, `${name}.md`);
  mkdirSync(stateRoot, { recursive: true });
  writeFileSync(path, table);
  console.log(`${table}(kept in ${path})`);
}
