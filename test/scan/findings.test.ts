import { describe, expect, test } from "vitest";
import { type Accepted, type Finding, judge, type Report } from "../../scan/findings.ts";

const finding: Finding = { check: "few-replicas", file: "web.yaml", message: "only one" };
const reason = "one is enough for one person";
const entry: Accepted = { scanner: "kube-score", check: "few-replicas", reason };
const clean = { unaccepted: [], stale: [], unseen: [] };

function report(changes: Partial<Report> = {}): Report {
  const files = new Set(["web.yaml", "worker.yaml"]);
  return {
    stack: "dev",
    scanner: "kube-score",
    looked: files,
    expected: files,
    passed: 7,
    findings: [],
    part: (file) => `Deployment/${file.replace(".yaml", "")}`,
    ...changes,
  };
}

test("nothing found and nothing accepted is well", () => {
  expect(judge([report()], [])).toEqual(clean);
});

describe("a finding", () => {
  const found = report({ findings: [finding] });
  const line = "dev  kube-score few-replicas  Deployment/web  only one";

  test("that nobody accepted is told with stack, scanner, check and part", () => {
    expect(judge([found], [])).toEqual({ ...clean, unaccepted: [line] });
  });

  test.each<[string, Partial<Accepted>]>([
    ["everywhere", {}],
    ["in this part", { parts: ["Deployment/web"] }],
    ["in this stack", { stacks: ["dev"] }],
  ])("that is accepted %s is not told", (_name, narrower) => {
    expect(judge([found], [{ ...entry, ...narrower }])).toEqual(clean);
  });

  test.each<[string, Partial<Accepted>]>([
    ["another scanner", { scanner: "checkov" }],
    ["another check", { check: "no-replicas" }],
    ["another part", { parts: ["Deployment/worker"] }],
    ["another stack", { stacks: ["prod"] }],
  ])("is not accepted by an entry for %s", (_name, other) => {
    expect(judge([found], [{ ...entry, ...other }]).unaccepted).toEqual([line]);
  });
});

describe("an accepted finding", () => {
  const found = report({ findings: [finding] });

  test("that no longer occurs is stale", () => {
    expect(judge([report()], [entry])).toEqual({ ...clean, stale: ["kube-score few-replicas"] });
  });

  test("is stale in each part and stack where it does not occur", () => {
    const parts = ["Deployment/web", "Deployment/worker"];
    const wide = [{ ...entry, parts, stacks: ["dev", "prod"] }];
    expect(judge([found, report({ stack: "prod" })], wide)).toEqual({
      ...clean,
      stale: ["kube-score few-replicas  Deployment/worker", "kube-score few-replicas  stack prod"],
    });
  });
});

describe("a scanner", () => {
  test("that passed an object by is told", () => {
    expect(judge([report({ looked: new Set(["web.yaml", "more.yaml"]) })], [])).toEqual({
      ...clean,
      unseen: ["dev  kube-score  worker.yaml"],
    });
  });

  test("that had nothing to look at is told", () => {
    expect(judge([report({ looked: new Set(), expected: new Set() })], [])).toEqual({
      ...clean,
      unseen: ["dev  kube-score  there was no object to look at"],
    });
  });
});
