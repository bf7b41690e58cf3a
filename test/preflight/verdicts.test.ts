/** What a person reads about pods that started, did not start, and answered. */
import { expect, test } from "vitest";
import type { PodEnd } from "../../preflight/pods/looking.ts";
import type { Asker } from "../../preflight/pods/manifests.ts";
import type { Question } from "../../preflight/pods/questions.ts";
import { answerRows, enforcementRow, startProblem } from "../../preflight/pods/verdicts.ts";
import { Finding } from "../../preflight/row.ts";

const ended: PodEnd = {
  name: "open",
  phase: "Succeeded",
  address: "10.1.0.7",
  cannotStart: false,
  reason: undefined,
  log: "",
  pulls: [],
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

test.each(['{"need":"PostgreSQL","ok":tr', "{}", '{"need":1,"ok":true}', '{"need":"PostgreSQL","ok":"yes"}', "{null}"])(
  "a line of a log such as %s is no answer, and is named",
  (line) => {
    const pod = { ...ended, log: `${line}\n${answering(["Redis", true, "answers"]).log}` };
    expect(answerRows(site, "image", pod).map(({ need, finding, seen }) => [need, finding, seen])).toEqual([
      ["PostgreSQL", Finding.NotKnown, "the pod gave no answer"],
      ["Redis", Finding.Met, "answers"],
      ["web-opendata: a line of its log", Finding.NotKnown, `is no answer: ${line}`],
    ]);
    expect(enforcementRow({ ...ended, log: line }, ended)).toMatchObject({
      finding: Finding.NotKnown,
      seen: `nothing was heard of the pods that ask: a line of the log is no answer: ${line}`,
    });
  },
);

test("a pod whose program broke off is no word about the cluster, and has its last words", () => {
  const broken = {
    ...ended,
    phase: "Failed",
    log: "Traceback\nImportError: no module\n",
    reason: "ImportError: no module",
  };
  expect(startProblem("image", broken)).toEqual({
    need: "pods start from image",
    finding: Finding.NotKnown,
    seen: "ImportError: no module",
    remedy: "it ran and broke off: --image names another image with Python 3",
  });
  const half = { ...broken, log: `${answering(["Redis", true, "answers"]).log}${broken.log}` };
  expect(answerRows(site, "image", half).map(({ need, finding, seen }) => [need, finding, seen])).toEqual([
    ["PostgreSQL", Finding.NotKnown, "ImportError: no module"],
    ["Redis", Finding.Met, "answers"],
  ]);
});
