/** `npm run preview:report -- <stack>...`: reports what a change does to each environment, for reviewers and CI gates. */
import { writeFileSync } from "node:fs";
import { markdownOf } from "./markdown.ts";
import { type Options, readOptions, type Source, UsageError, usage } from "./options.ts";
import { gated, type Outcome, reportOf, Verdict } from "./report.ts";
import { preview, recorded } from "./run.ts";

/** Exit codes for CI gates. */
const ExitCode = { Fine: 0, Failed: 1, Usage: 2, Risk: 3 } as const;

try {
  process.exitCode = await review(readOptions(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${usage}`);
  process.exitCode = ExitCode.Usage;
}

async function review(options: Options): Promise<number> {
  const outcomes: Outcome[] = [];
  // One after the other: each starts a program, an engine and its providers.
  for (const source of options.sources) outcomes.push(await outcomeOf(source, options));
  const report = reportOf(outcomes, options.today);
  const markdown = markdownOf(report, options.limit);
  if (options.markdown === undefined) process.stdout.write(markdown);
  else writeFileSync(options.markdown, markdown);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);

  for (const { stack, verdict } of report.stacks) console.error(`${stack}: ${verdict}`);
  const refused = gated(report, options.failOn);
  if (refused.length > 0) console.error(`risks that --fail-on names: ${refused.join(", ")}`);
  if (report.stacks.some(({ verdict }) => verdict === Verdict.Failed)) return ExitCode.Failed;
  return refused.length > 0 ? ExitCode.Risk : ExitCode.Fine;
}

async function outcomeOf(source: Source, options: Options): Promise<Outcome> {
  switch (source.kind) {
    case "skipped":
      return source;
    case "file":
      console.error(`${source.stack}: reading ${source.path}`);
      return recorded(source.stack, source.path);
    case "run":
      console.error(`${source.stack}: previewing ...`);
      return await preview(source.stack, options);
  }
}
