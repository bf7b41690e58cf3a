/** kubectl played by a script: what it and the programs that log it in write, and how long they take. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { clusterOf } from "../../preflight/cluster/api.ts";
import { reasonOf } from "../../preflight/cluster/reason.ts";
import { askVersion } from "../../preflight/cluster/version.ts";
import { Finding } from "../../preflight/row.ts";

const folder = mkdtempSync(join(tmpdir(), "kubectl-"));
afterAll(() => rmSync(folder, { recursive: true }));

function played(script: string, seconds = 20) {
  const path = join(folder, "kubectl");
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return clusterOf({ command: [path], environment: process.env, context: "prod", seconds });
}

const attempt = `E0101 10:00:00.000000   17 memcache.go:265] "Unhandled Error" err="couldn't get current server API group list: Get ..."`;
const failed = "Unable to connect to the server: getting credentials: exec: executable login failed with exit code 1";

test.each([
  [
    "the API server's, in several lines",
    'Error from server (Forbidden): error when creating "STDIN": pods "a" is forbidden: violates PodSecurity:\nallowPrivilegeEscalation != false\nrunAsNonRoot != true',
    'Error from server (Forbidden): error when creating "STDIN": pods "a" is forbidden: violates PodSecurity: allowPrivilegeEscalation != false runAsNonRoot != true',
  ],
  ["without client-go's attempts", `${attempt}\n${attempt}\n${failed}`, failed],
  [
    "with what the program that logs in says before",
    `${attempt}\nyour login has expired: run login\n${failed}`,
    `${failed} (your login has expired: run login)`,
  ],
  [
    "with what it says each time, once",
    `your login has expired\nyour login has expired\n${failed}`,
    `${failed} (your login has expired)`,
  ],
  [
    "gcloud's, whose own words come first",
    `ERROR: (gcloud.config.config-helper) Reauthentication is needed.\n  $ gcloud auth login\n${failed}`,
    `ERROR: (gcloud.config.config-helper) Reauthentication is needed. $ gcloud auth login ${failed}`,
  ],
  [
    "without warnings before it",
    'Warning: v1 is old\nerror: context "prod" does not exist',
    'error: context "prod" does not exist',
  ],
  [
    "of an object that is invalid",
    'The Pod "a" is invalid: spec.containers[0].image: Required value',
    'The Pod "a" is invalid: spec.containers[0].image: Required value',
  ],
  [
    "refused connections",
    "The connection to the server localhost:8080 was refused",
    "The connection to the server localhost:8080 was refused",
  ],
  ["of no known form", "first\nsecond", "first second"],
  ["attempts alone", attempt, attempt],
  ["nothing", "\n", ""],
])("the reason of a failure is %s", (_name, stderr, reason) => {
  expect(reasonOf(stderr)).toBe(reason);
});

test("standard output is no reason: it is what somebody asked for", async () => {
  const { code, stdout, reason } = await played("echo half an answer; echo 'error: broken off' >&2; exit 1").kubectl([
    "get",
  ]);
  expect([code, stdout, reason]).toEqual([1, "half an answer\n", "error: broken off"]);
});

test.each([
  ["a page", "<html>Log in to the network</html>", "answered without JSON: <html>Log in to the network</html>"],
  ["half of an answer", '{"gitVersion":', 'answered without JSON: {"gitVersion":'],
  ["null", "null", "answered without JSON: null"],
  ["a list", "[]", "answered without JSON: []"],
  ["a text", '"v1.35.0"', 'answered without JSON: "v1.35.0"'],
  ["nothing", "", "answered nothing"],
])("%s with 200 is no answer", async (_name, body, reason) => {
  const cluster = played(`printf '%s' '${body}'`);
  expect(await cluster.read("/version")).toEqual({ kind: "unknown", reason });
  const { answers, row } = await askVersion(cluster, "prod");
  expect([answers, row.finding, row.seen]).toEqual([false, Finding.Missing, `does not answer: ${reason}`]);
});

test.each(["{}", '{"gitVersion":null}', '{"gitVersion":35}', '{"kind":"Status"}'])(
  "%s is the version of no Kubernetes",
  async (body) => {
    const { answers, row } = await askVersion(played(`printf '%s' '${body}'`), "prod");
    expect([answers, row.need, row.seen]).toEqual([
      false,
      "the cluster of the context prod",
      `what answers is no Kubernetes: ${body}`,
    ]);
  },
);

test("a path that the API server does not have is absent; what only says so is not", async () => {
  const text = "Error from server (NotFound): the server could not find the requested resource";
  expect(await played(`echo '${text}' >&2; exit 1`).read("/apis/a/v1")).toEqual({ kind: "absent" });
  const other = `error: proxy says: ${text}`;
  expect(await played(`echo '${other}' >&2; exit 1`).read("/apis/a/v1")).toEqual({ kind: "unknown", reason: other });
});

test.each([
  [
    'error: context "prod" does not exist',
    "prod",
    "kubectl config get-contexts shows the contexts; ckan:cluster.context in the stack file names the one that is meant",
  ],
  [
    "Error in configuration: context was not found for specified context: prod",
    "prod",
    "kubectl config get-contexts shows the contexts; ckan:cluster.context in the stack file names the one that is meant",
  ],
  [failed, "prod", "log in again, or see all of it: kubectl --context prod get --raw /version"],
  [failed, undefined, "log in again, or see all of it: kubectl get --raw /version"],
])("a cluster that does not answer (%s, %s) gets the remedy for that", async (said, context, remedy) => {
  const { answers, row } = await askVersion(
    played(`echo 'your login has expired' >&2; echo '${said}' >&2; exit 1`),
    context,
  );
  expect([answers, row.finding, row.remedy]).toEqual([false, Finding.Missing, remedy]);
  if (said === failed) expect(row.seen).toContain("your login has expired");
});

test("a login that waits for ever is ended, with all that it started, and what it said is told", async () => {
  const pid = join(folder, "pid");
  const begin = performance.now();
  const answer = await played(`echo 'open https://login.example.org' >&2; sleep 300 & echo $! > ${pid}; wait`, 1).read(
    "/version",
  );
  expect(performance.now() - begin).toBeLessThan(15_000);
  expect(answer).toEqual({
    kind: "unknown",
    reason: "kubectl did not end within 1 s (open https://login.example.org)",
  });
  await expect.poll(() => isRunning(Number(readFileSync(pid, "utf8")))).toBe(false);
});

test("a kubectl that does not read what it is given fails by its own words", async () => {
  const cluster = played("exec 0<&-; echo 'error: no' >&2; exit 3");
  expect(await cluster.kubectl(["create"], { text: "a".repeat(1_000_000) })).toEqual({
    code: 3,
    stdout: "",
    reason: "error: no",
  });
});

/** A zombie, which nobody has waited for yet, runs no more. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
