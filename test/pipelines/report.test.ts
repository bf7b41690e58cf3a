/** `pipeline:report` as a process, with a fake for npm that notes what it is asked for. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { reviewMarker } from "../../pipelines/lib/report.ts";
import { folder, script } from "./support/scripts.ts";

const affected = JSON.stringify({
  touched: { prod: "index.ts", staging: "index.ts" },
  skipped: { dev: "its cluster is on each developer's own machine" },
});
const preview = JSON.stringify({ steps: [], changeSummary: { same: 3 } });
/** Each argument in a line of its own. */
const npm = (code: number) => `printf '%s\\n' "$@" > arguments; echo made; exit ${code}`;
const asked = (cwd: string) => readFileSync(join(cwd, "arguments"), "utf8").trimEnd().split("\n");

test("one report is asked for every preview, with the reason for each stack that has none", async () => {
  const cwd = folder({ "affected.json": affected, "previews/prod.json": preview, "previews/staging.json": preview });
  const args = ["--affected", "affected.json", "--fail-on", "data-loss"];
  const { code } = await script("report.ts", args, { cwd, programs: { npm: npm(0) } });
  expect([code, asked(cwd)]).toEqual([
    0,
    [
      ...["run", "--silent", "preview:report", "--", "prod", "staging"],
      ...["--from", "prod=previews/prod.json", "--from", "staging=previews/staging.json"],
      ...["--skipped", "dev=its cluster is on each developer's own machine"],
      ...[
        "--markdown",
        "report/report.md",
        "--json",
        "report/report.json",
        "--limit",
        "60000",
        "--fail-on",
        "data-loss",
      ],
    ],
  ]);
});

test.each([0, 1, 3])("the report's exit code %i is handed on", async (expected) => {
  const cwd = folder({ "previews/prod.json": preview });
  expect((await script("report.ts", ["prod"], { cwd, programs: { npm: npm(expected) } })).code).toBe(expected);
});

test("a preview that failed is named in the report, and fails the job", async () => {
  const cwd = folder({ "affected.json": affected, "previews/prod.json": preview, "previews/staging.json": "" });
  const { code } = await script("report.ts", ["--affected", "affected.json"], { cwd, programs: { npm: npm(0) } });
  expect(code).toBe(1);
  expect(asked(cwd)).toContain("staging=its preview failed: the log of its job says why");
  expect(asked(cwd).filter((argument) => argument.startsWith("staging=previews"))).toEqual([]);
});

test("without any preview the text says why, and nobody is asked", async () => {
  const skipped = { dev: "its cluster is elsewhere", prod: "nothing in this change is part of it" };
  const cwd = folder({ "affected.json": JSON.stringify({ touched: {}, skipped }) });
  const { code } = await script("report.ts", ["--affected", "affected.json"], { cwd, programs: { npm: npm(0) } });
  expect([code, existsSync(join(cwd, "arguments"))]).toEqual([0, false]);
  expect(readFileSync(join(cwd, "report/report.md"), "utf8")).toBe(`${reviewMarker}
## No environment was previewed

- **dev**: skipped, its cluster is elsewhere
- **prod**: skipped, nothing in this change is part of it
`);
});

test("when every preview failed the job fails, with a text all the same", async () => {
  const cwd = folder({ "affected.json": affected });
  const { code } = await script("report.ts", ["--affected", "affected.json"], { cwd, programs: { npm: npm(0) } });
  expect(code).toBe(1);
  expect(readFileSync(join(cwd, "report/report.md"), "utf8")).toContain("- **prod**: skipped, its preview failed");
});
