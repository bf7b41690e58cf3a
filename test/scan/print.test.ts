import { expect, test } from "vitest";
import type { Report } from "../../scan/findings.ts";
import { reportLines, verdictLines } from "../../scan/print.ts";

const files = new Set(["a.yaml", "b.yaml"]);
const report: Report = {
  stack: "staging",
  scanner: "checkov",
  looked: files,
  expected: files,
  passed: 120,
  findings: ["A", "B"].map((check) => ({ check, file: "a.yaml", message: "" })),
  part: () => "Job/a",
};

test("a stack and a scanner have one line, with what they looked at and what came of it", () => {
  expect(reportLines([report], [{ scanner: "checkov", check: "A", reason: "" }])).toEqual([
    "stack    scanner  objects  passed  findings  accepted",
    "staging  checkov        2     120         2         1",
  ]);
});

test("nothing is said where nothing is wrong", () => {
  expect(verdictLines({ unaccepted: [], stale: [], unseen: [] })).toEqual([]);
});

test("what is wrong comes with what to do about it", () => {
  const lines = verdictLines({ unaccepted: ["one", "two"], stale: [], unseen: ["three"] });
  expect(lines.map((line) => line.split(":")[0])).toEqual([
    "",
    "Not accepted",
    "  one",
    "  two",
    "What to do",
    "",
    "Not looked at",
    "  three",
    "What to do",
  ]);
});
