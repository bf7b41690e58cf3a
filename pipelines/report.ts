/**
 * `npm run pipeline:report -- [<stack>...] [--affected <file>] [--previews <folder>] [--out <folder>] [--fail-on <risk>,...] [--limit
 * <characters>]`: writes one report, report.md and report.json, on the existing previews <folder>/<stack>.json. Exit codes are those of
 * preview:report, and also 1 when a stack has no preview.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { main } from "./lib/error.ts";
import { emptyReport, readAffected, reportArguments, unreported } from "./lib/report.ts";

await main(() => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      affected: { type: "string" },
      previews: { type: "string", default: "previews" },
      out: { type: "string", default: "report" },
      "fail-on": { type: "string", default: "" },
      // GitHub's limit is 65,536 characters.
      limit: { type: "string", default: "60000" },
    },
  });
  const { touched, skipped } =
    values.affected === undefined ? { touched: {}, skipped: {} } : readAffected(readFileSync(values.affected, "utf8"));
  const stacks = [...positionals, ...Object.keys(touched)];
  const previews = previewFiles(stacks, values.previews);
  const [markdown, json] = [join(values.out, "report.md"), join(values.out, "report.json")];
  mkdirSync(values.out, { recursive: true });
  const request = { stacks, skipped, previews, markdown, json, failOn: values["fail-on"], limit: Number(values.limit) };
  const complete = Object.keys(previews).length === stacks.length;
  if (Object.keys(previews).length === 0) {
    writeFileSync(markdown, emptyReport(unreported(request)));
    writeFileSync(json, `${JSON.stringify({ skipped: unreported(request) }, null, 2)}\n`);
    return complete ? 0 : 1;
  }
  const made = makeReport(reportArguments(request));
  return made === 0 && !complete ? 1 : made;
});

/** A failed preview leaves an empty file or none. */
function previewFiles(stacks: readonly string[], folder: string): Readonly<Record<string, string>> {
  const files = stacks.map((stack) => [stack, join(folder, `${stack}.json`)] as const);
  return Object.fromEntries(files.filter(([, file]) => existsSync(file) && statSync(file).size > 0));
}

function makeReport(args: readonly string[]): number {
  const { status, error } = spawnSync("npm", ["run", "--silent", "preview:report", "--", ...args], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (error !== undefined) throw error;
  return status ?? 1;
}
