/** What a person reads about pods that started, did not start, and answered. */
import { expect, test } from "vitest";
import type { Asker } from "../../preflight/pods/manifests.ts";
import type { Question } from "../../preflight/pods/questions.ts";
import { answerRows, enforcementRow, type PodEnd, startProblem } from "../../preflight/pods/verdicts.ts";
import { Finding } from "../../preflight/row.ts";

const ended: PodEnd = {
  name: "open",
  phase: "Succeeded",
  address: "10.1.0.7",
  cannotStart: false,
  reason: undefined,
  log: "",
};
const answering = (...answers: readonly (readonly [need: string, ok: boolean, seen: string])[]): PodEnd => ({
  ...ended,
  log: answers.map(([need, ok, seen]) => `${JSON.stringify({ need, ok, seen })}\n`).join(""),
});

test("policies are enforced where one pod gets through and the other does not", () => {
  const sealed = answering(["sealed", true, "reaches nobody"]);
  expect(enforcementRow(answering(["open", true, "answers"]), sealed)).toEqual({
    need: "network policies are enforced",
    finding: Finding.Met,
    seen: "reaches nobody",
  });
});

test("a cluster that lets everything through is told what that means", () => {
  const row = enforcementRow(answering(["open", true, "answers"]), answering(["sealed", false, "reaches another one"]));
  expect([row.finding, row.seen, row.remedy]).toEqual([
    Finding.Missing,
    "reaches another one",
    expect.stringContaining("Dataplane V2"),
  ]);
});

test("silence where nobody gets through proves nothing", () => {
  const sealed = answering(["sealed", true, "reaches nobody"]);
  for (const open of [answering(["open", false, "TimeoutError: timed out"]), undefined, ended]) {
    expect(enforcementRow(open, sealed).finding).toBe(Finding.NotKnown);
  }
  expect(enforcementRow(answering(["open", true, "answers"]), undefined).finding).toBe(Finding.NotKnown);
});

test("a log that may not be read is no word about the network", () => {
  const mute = { ...ended, reason: 'Error from server (Forbidden): pods "open" is forbidden' };
  expect(enforcementRow(mute, mute)).toEqual({
    need: "network policies are enforced",
    finding: Finding.NotKnown,
    seen: `nothing was heard of the pods that ask: ${mute.reason}`,
    remedy: expect.stringContaining("logs"),
  });
});

test.each([
  ["ImagePullBackOff: Back-off pulling image", "--image"],
  ['StartError: exec: "python3": executable file not found in $PATH', "python3"],
  ["0/3 nodes are available: 3 Insufficient memory", "quotas"],
])("a pod that does not start (%s) says why and what to do", (reason, remedy) => {
  const row = startProblem("registry.example.org/ckan:1", { ...ended, phase: "Pending", reason });
  expect(row).toEqual({
    need: "pods start from registry.example.org/ckan:1",
    finding: Finding.Missing,
    seen: reason,
    remedy: expect.stringContaining(remedy),
  });
});

const question = (need: string): Question => ({ need, ask: "tcp", host: "db", port: 5432, remedy: `mend ${need}` });
const site: Asker = { name: "web-opendata", questions: [question("PostgreSQL"), question("Redis")] };

test("each question of a site has its row, with what to do where the answer is no", () => {
  const pod = answering(["Redis", false, "what answers is no Redis"], ["PostgreSQL", true, "answers"]);
  expect(answerRows(site, "image", pod)).toEqual([
    { need: "PostgreSQL", finding: Finding.Met, seen: "answers" },
    { need: "Redis", finding: Finding.Missing, seen: "what answers is no Redis", remedy: "mend Redis" },
  ]);
});

test("questions that nobody answered are not known; a pod that did not start is one row", () => {
  expect(answerRows(site, "image", undefined).map(({ finding }) => finding)).toEqual([
    Finding.NotKnown,
    Finding.NotKnown,
  ]);
  const pending = { ...ended, phase: "Pending", reason: "0/3 nodes are available" };
  expect(answerRows(site, "image", pending)).toMatchObject([
    { need: "web-opendata: pods start from image", finding: Finding.Missing },
  ]);
});
