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

/** Writes the table and returns where it is kept. */
export function keep(name: string, costs: readonly Cost[]): string {
  const rows = costs.map((row) => `| ${row.fault} | ${row.requests} | ${row.failed} | ${row.recovery} s |`);
  const table = ["| fault | requests | failed | recovered after |", "|---|---|---|---|", ...rows].join("\n");
  const path = join(stateRoot, `${name}.md`);
  mkdirSync(stateRoot, { recursive: true });
  writeFileSync(path, `${table}\n`);
  console.log(`${table}\n(kept in ${path})`);
  return path;
}
