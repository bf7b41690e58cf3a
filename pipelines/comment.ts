/** `npm run pipeline:comment -- <report.md> [--change <number>]`: writes or replaces the one comment on a pull or merge request. */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { main, PipelineError } from "./lib/error.ts";
import { reviewMarker } from "./lib/report.ts";
import { upsert } from "./lib/sticky.ts";
import { changeNumber, forgeOf } from "./lib/surroundings.ts";

await main(async () => {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { change: { type: "string" } } });
  const [file] = positionals;
  if (file === undefined) throw new PipelineError("no file is named", "npm run pipeline:comment -- report/report.md");
  const text = readFileSync(file, "utf8");
  const change = values.change === undefined ? changeNumber(process.env) : Number(values.change);
  const written = await upsert(forgeOf(process.env).comments(change), reviewMarker, text);
  console.log(`Comment on ${change}: ${written}`);
  return 0;
});
