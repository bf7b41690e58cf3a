import { expect, test } from "vitest";
import { parseAccepted, readAccepted } from "../../scan/accepted.ts";

const entry = (more: string) => `- { scanner: checkov, check: CKV_K8S_15${more} }\n`;

test("what is accepted has a reason, and may be narrowed to parts and stacks", () => {
  const reason = "dev's images lie on the node";
  expect(parseAccepted(entry(`, parts: [Job/a], stacks: [dev], reason: "${reason}"`))).toEqual([
    { scanner: "checkov", check: "CKV_K8S_15", parts: ["Job/a"], stacks: ["dev"], reason },
  ]);
});

test.each([
  ["no reason", ""],
  ["hardly a reason", ", reason: because"],
  ["no part at all", ", parts: [], reason: a reason that would do otherwise"],
  ["a word that is not known", ", part: Job/a, reason: a reason that would do otherwise"],
])("%s is refused", (_name, more) => {
  expect(() => parseAccepted(entry(more))).toThrow();
});

test("no two entries of the file are about the same", () => {
  const entries = readAccepted().map(({ scanner, check }) => `${scanner} ${check}`);
  expect(entries.length).toBeGreaterThan(0);
  expect(entries).toEqual([...new Set(entries)]);
});
