/**
 * `npm run pipeline:drift -- <stack>... [--previews <folder>] [--report <report.md>]`: writes, rewrites or closes the drift issue. Exits
 * with 1 when a stack could not be checked; drift itself does not fail the pipeline.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  driftLabel,
  driftMarker,
  driftTitle,
  type Finding,
  finding,
  findingLines,
  issueText,
  verdict,
} from "./lib/drift.ts";
import { main, PipelineError } from "./lib/error.ts";
import type { Issues } from "./lib/forge.ts";
import { closeMarked, upsert } from "./lib/sticky.ts";
import { forgeOf } from "./lib/surroundings.ts";

type Findings = Readonly<Record<string, Finding>>;

await main(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      previews: { type: "string", default: "previews" },
      report: { type: "string", default: "report/report.md" },
    },
  });
  if (positionals.length === 0) throw new PipelineError("no stack is named", "npm run pipeline:drift -- staging prod");
  const findings: Findings = Object.fromEntries(
    positionals.map((stack) => [stack, finding(textOf(join(values.previews, `${stack}.json`)))]),
  );
  console.log(findingLines(findings).join("\n"));
  const issues = forgeOf(process.env).issues(driftLabel, driftTitle);
  console.log(`Issue: ${await carryOut(issues, findings, textOf(values.report) ?? "")}`);
  return Object.values(findings).some(({ kind }) => kind === "unknown") ? 1 : 0;
});

function textOf(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

async function carryOut(issues: Issues, findings: Findings, report: string): Promise<string> {
  const what = verdict(findings);
  switch (what) {
    case "write":
      return await upsert(issues, driftMarker, issueText(findings, report));
    case "close":
      return (await closeMarked(issues, driftMarker, "The last check found no drift.")) ? "closed" : "none is open";
    case "leave":
      return "left as it is";
  }
}
