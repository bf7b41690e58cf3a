import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { usage } from "../../review/options.ts";
import { riskClasses } from "../../review/risk.ts";

const root = join(import.meta.dirname, "../..");
const document = readFileSync(join(root, "docs/review.md"), "utf8");
const golden = (name: string) => readFileSync(join(import.meta.dirname, "golden", `${name}.md`), "utf8");

test("every class of risk is explained, the gravest first", () => {
  const rows = [...document.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name);
  expect(rows).toEqual(riskClasses);
});

test("the reports that are shown are golden ones, word for word", () => {
  const quoted = document.split("\n").filter((line) => line.startsWith("> - **") || line.startsWith("> | "));
  const reports = [golden("two-sites/instance-removed"), golden("production/ckan-upgrade")].join("\n").split("\n");
  expect(quoted.length).toBeGreaterThan(6);
  expect(quoted.filter((line) => !reports.includes(line.slice(2)))).toEqual([]);
});

test("options and exit codes that are named exist", () => {
  const options = [...document.matchAll(/`(--[a-z-]+)/g)].map(([, name = ""]) => name);
  expect(options.filter((name) => !usage.includes(name))).toEqual([]);
  expect([...document.matchAll(/^\| (\d) \|/gm)].map(([, code]) => code)).toEqual(["0", "1", "2", "3"]);
});
