/** The namespace of a trial: what its cluster refuses, and that it goes, and no other does. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import type { Cluster } from "../../preflight/cluster/api.ts";
import { ownNamespace, removeOld } from "../../preflight/pods/namespace.ts";
import { thisRun } from "../../preflight/pods/plan.ts";
import { Finding } from "../../preflight/row.ts";

afterEach(() => vi.restoreAllMocks());

function refusing(reason: string): Cluster {
  return {
    read: async () => ({ kind: "absent" }),
    kubectl: async ([verb]) => ({ code: verb === "create" ? 1 : 0, stdout: "", reason }),
  };
}

const creating = 'error when creating "STDIN":';

test.each([
  ["quota", `Error from server (Forbidden): ${creating} pods "a" is forbidden: exceeded quota: small`],
  [
    "Pod Security",
    `Error from server (Forbidden): ${creating} pods "a" is forbidden: violates PodSecurity "restricted:latest"`,
  ],
  ["a webhook", `Error from server (Forbidden): ${creating} admission webhook "a.example.org" denied the request: no`],
  [
    "a webhook without a reason",
    `Error from server: ${creating} admission webhook "a.example.org" denied the request: no`,
  ],
  ["its form", 'The Pod "a" is invalid: spec.containers[0].image: Required value'],
  ["its form, otherwise said", "Error from server (Invalid): no"],
])("an object that the cluster refuses for %s is missing what it wants", async (_name, reason) => {
  const own = ownNamespace(refusing(reason), "trial");
  const row = await own.make([{}]);
  await own.close();
  expect(row).toEqual({
    need: "pods for a trial",
    finding: Finding.Missing,
    seen: reason,
    remedy: "mend what the message names: the site's own pods would be refused as well",
  });
});

test.each([
  ["kubectl did not end within 60 s", "run preflight again: the cluster did not say what is wrong with them"],
  ["Unable to connect to the server: net/http: TLS handshake timeout", /run preflight again/],
  [
    `Error from server (InternalError): ${creating} failed calling webhook "a": context deadline exceeded`,
    /run preflight again/,
  ],
  [
    "Error from server (ServiceUnavailable): the server is currently unable to handle the request",
    /run preflight again/,
  ],
  ["Error from server (TooManyRequests): the server has received too many requests", /run preflight again/],
  ["error: You must be logged in to the server (Unauthorized)", /run preflight again/],
  ["etcdserver: request timed out", /run preflight again/],
  [
    `Error from server (Forbidden): ${creating} pods "a" is forbidden: unable to create new content in namespace trial because it is being terminated`,
    /run preflight again/,
  ],
  [
    `Error from server (Forbidden): ${creating} pods "a" is forbidden: error looking up service account trial/default`,
    /run preflight again/,
  ],
  [
    `Error from server (Forbidden): ${creating} namespaces is forbidden: User "visitor" cannot create resource "namespaces"`,
    "ask with an account that may make namespaces and pods",
  ],
  [
    `Error from server (AlreadyExists): ${creating} namespaces "trial" already exists`,
    "wait until the namespace trial has gone, or, if it is nobody's, delete it: kubectl delete namespace trial",
  ],
])("a cluster that says %s has refused nothing", async (reason, remedy) => {
  const own = ownNamespace(refusing(reason), "trial");
  const row = await own.make([{}]);
  await own.close();
  expect([row?.finding, row?.seen]).toEqual([Finding.NotKnown, reason]);
  expect(row?.remedy).toEqual(typeof remedy === "string" ? remedy : expect.stringMatching(remedy));
});

/** A cluster with these namespaces of trials; the names that are deleted. */
function holding(ages: Readonly<Record<string, number>>) {
  const deleted: string[] = [];
  const items = Object.entries(ages).map(([name, minutes]) => ({
    metadata: { name, creationTimestamp: new Date(Date.now() - minutes * 60_000).toISOString() },
  }));
  const cluster: Cluster = {
    read: async () => ({ kind: "absent" }),
    kubectl: async (args) => {
      expect(args).toContain("--selector=ckan-environments/preflight=trial");
      if (args[0] === "delete")
        deleted.push(
          args
            .find((arg) => arg.startsWith("--field-selector"))
            ?.split("=")
            .at(-1) ?? "",
        );
      return {
        code: 0,
        stdout: JSON.stringify({ items: [null, {}, { metadata: { name: "trial-x" } }, ...items] }),
        reason: "",
      };
    },
  };
  return { cluster, deleted };
}

test("what ended runs for the stack have left goes, what a run beside this one has made stays", async () => {
  const { cluster, deleted } = holding({ "trial-a": 31, "trial-b": 29, "trial-c": 0, "other-d": 60 });
  await removeOld(cluster, "trial-");
  expect(deleted).toEqual(["trial-a"]);
});

test("of two runs at once each takes its own namespace away", async () => {
  const { cluster, deleted } = holding({});
  const [first, second] = [ownNamespace(cluster, "trial-a"), ownNamespace(cluster, "trial-b")];
  await first.close();
  expect(deleted).toEqual(["trial-a"]);
  await second.close();
  expect(deleted).toEqual(["trial-a", "trial-b"]);
});

test("runs that begin one after the other have other names, of a form that a namespace may have", () => {
  vi.spyOn(Date, "now").mockReturnValueOnce(1).mockReturnValueOnce(2);
  const [first, second] = [thisRun(), thisRun()];
  expect(first).not.toBe(second);
  expect(first).toMatch(/^[0-9a-f]{8}$/);
});

test("namespaces that may not be listed are not looked for, and that is said", async () => {
  const written = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const reason = "Error from server (Forbidden):\u001b[31m namespaces";
  const cluster: Cluster = {
    read: async () => ({ kind: "absent" }),
    kubectl: async () => ({ code: 1, stdout: "", reason }),
  };
  await removeOld(cluster, "trial-");
  expect(String(written.mock.calls[0]?.[0])).toMatch(
    /s\] Not looked for what runs before may have left: Error from server \(Forbidden\): \[31m namespaces\n$/,
  );
});

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const)(
  "%s takes the namespace away once what is being made is there, and ends the process with %i",
  async (signal, code) => {
    const folder = mkdtempSync(join(tmpdir(), "trial-"));
    const calls = join(folder, "calls");
    writeFileSync(
      join(folder, "run.ts"),
      `import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { ownNamespace } from ${JSON.stringify(new URL("../../preflight/pods/namespace.ts", import.meta.url).href)};
const own = ownNamespace({
  read: async () => ({ kind: "absent" }),
  kubectl: async ([verb]) => {
    console.log(verb);
    await sleep(verb === "create" ? 700 : 0);
    appendFileSync(${JSON.stringify(calls)}, verb + "\\n");
    return { code: 0, stdout: "", reason: "" };
  },
}, "trial");
await own.make([{}]);
await sleep(60_000);
`,
    );
    const child = spawn(process.execPath, [join(folder, "run.ts")], { stdio: ["ignore", "pipe", "inherit"] });
    child.stdout.once("data", () => child.kill(signal));
    const ended = await new Promise((resolve) => child.on("close", resolve));
    expect([ended, readFileSync(calls, "utf8")]).toEqual([code, "create\ndelete\n"]);
    rmSync(folder, { recursive: true });
  },
);
