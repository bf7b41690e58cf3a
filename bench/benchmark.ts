/** `npm run bench [-- <figure>...]`: measures, writes docs/benchmarks.md, and fails when a limit is missed. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../toolchain/paths.ts";
import { main, print, ToolchainError } from "../toolchain/steps.ts";
import { ckan } from "./ckan.ts";
import { growth } from "./growth.ts";
import { operationsAgainstFlat, operationsOfThousand } from "./operations.ts";
import { program } from "./program.ts";
import { rendering } from "./render.ts";
import { reviewReport } from "./report.ts";
import { start } from "./start.ts";
import { describeCommit, describeMachine, load } from "./support/machine.ts";
import { missed, render, replaceSection, type Section } from "./support/report.ts";
import { webPod } from "./web-pod.ts";

/** In the order in which they run. */
const figures: Readonly<Record<string, () => Promise<Section>>> = {
  program,
  render: rendering,
  report: reviewReport,
  operations: operationsAgainstFlat,
  thousand: operationsOfThousand,
  growth,
  start,
  ckan,
  pod: webPod,
};

const document = join(projectRoot, "docs", "benchmarks.md");

await main(async () => {
  const names = process.argv.slice(2);
  const unknown = names.filter((name) => !(name in figures));
  if (unknown.length > 0) {
    throw new ToolchainError(`unknown: ${unknown.join(", ")}`, `choose from ${Object.keys(figures).join(", ")}`);
  }
  const misses: string[] = [];
  for (const [name, figure] of Object.entries(figures)) {
    if (names.length > 0 && !names.includes(name)) continue;
    print(`Measuring: ${name}`);
    const before = load();
    const section = await figure();
    const circumstances = `Measured at ${await describeCommit()}, on ${describeMachine()}. Load before and after: ${before.toFixed(1)} and ${load().toFixed(1)}.`;
    const text = render(section, circumstances);
    writeFileSync(document, replaceSection(readFileSync(document, "utf8"), section.title, text));
    process.stdout.write(`\n${text}\n\n`);
    misses.push(...section.limits.flatMap((limit) => missed(limit) ?? []).map((miss) => `${name}: ${miss}`));
  }
  if (misses.length > 0) {
    throw new ToolchainError(`limits missed:\n    ${misses.join("\n    ")}`, "see docs/benchmarks.md");
  }
});
