import { describe, expect, test } from "vitest";
import { parsePreview } from "../../review/preview.ts";
import { gated, type Outcome, reportOf, reportVersion } from "../../review/report.ts";
import { previewText, step } from "./support.ts";

const claim = "kubernetes:core/v1:PersistentVolumeClaim";

function outcome(steps: readonly object[], rest: object = {}, failed = false): Outcome {
  return { kind: "previewed", stack: "prod", preview: parsePreview(previewText(steps, rest)), failed };
}

/** The report of one stack. */
function stack(given: Outcome) {
  const [first] = reportOf([given]).stacks;
  if (first === undefined) throw new Error("expected a stack");
  return first;
}

test("the version of the report is raised by whoever removes or retypes a field", () => {
  expect(reportVersion).toBe(1);
  expect(Object.keys(stack(outcome([]))).sort()).toEqual(
    ["changes", "classes", "counts", "diagnostics", "exceptions", "policies", "risks", "stack", "verdict"].sort(),
  );
});

describe("A verdict", () => {
  test.each([
    ["no-change", outcome([])],
    ["changes", outcome([step(claim, { op: "create", next: {} })])],
    ["risks", outcome([step(claim, { op: "same", old: { protect: true }, next: {} })])],
    ["data-at-risk", outcome([step(claim, { op: "delete", old: {} })])],
    ["data-at-risk", outcome([step(claim, { op: "delete", old: { retainOnDelete: true } })])],
    ["failed", outcome([], { diagnostics: [{ severity: "error", message: "error: no" }] })],
    ["failed", outcome([], {}, true)],
    ["failed", { kind: "failed", stack: "prod", message: "error: no" } as const],
    ["skipped", { kind: "skipped", stack: "prod", reason: "no file of it changed" } as const],
  ])("is %s", (verdict, given) => {
    expect(stack(given).verdict).toBe(verdict);
  });
});

test("a failed preview says what its errors say, and general words only when there is nothing else", () => {
  const error = (message: string) => ({ severity: "error", message });
  const both = [error("error: preview failed\n"), error("error: z"), error("error: a"), error("error: a")];
  expect(stack(outcome([], { diagnostics: both })).reason).toBe("error: a\n\nerror: z");
  expect(stack(outcome([], { diagnostics: [error("error: preview failed\n")] })).reason).toBe("error: preview failed");
  expect(stack(outcome([], {}, true)).reason).toBe("the preview ended with an error and did not say which");
});

test("a gate refuses the classes that it names and that occur in any stack", () => {
  const report = reportOf([outcome([]), outcome([step(claim, { op: "delete", old: {} })])]);
  expect(gated(report, ["data-loss", "migration"])).toEqual(["data-loss"]);
  expect(gated(report, ["migration"])).toEqual([]);
  expect(gated(report, [])).toEqual([]);
});
