/** `pipeline:drift` and `pipeline:deployed` as processes. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { deriveSecret } from "../../components/site/credentials.ts";
import { Purpose } from "../../components/site/purposes.ts";
import { driftMarker, finding } from "../../pipelines/lib/drift.ts";
import { found, spellings } from "../support/secret-leaks.ts";
import { bot, FakeForge, token } from "./support/forge.ts";
import { commit, folder, git, repository, root, run, script, write } from "./support/scripts.ts";

const secrets = Object.values(Purpose).map((purpose) => ({
  purpose,
  value: deriveSecret("kJ7wqz1m0Hc5vT9xRbA3sLdE8uYgF2nPiZ6oWtXQMhC4jVrK", "opendata", purpose, 1),
}));
const sought = spellings([...secrets, { purpose: "token", value: token }]);

/** A preview in which somebody forgot to mask every secret. */
const preview = (changeSummary: object) =>
  JSON.stringify({ steps: secrets.map(({ value }) => ({ newState: { inputs: { value } } })), changeSummary });

let forge: FakeForge;
beforeEach(async () => {
  forge = new FakeForge();
  await forge.start();
});
afterEach(() => forge.stop());

const clean = preview({ same: 40 });
const drifted = preview({ same: 38, update: 2, create: 1 });

async function check(files: Readonly<Record<string, string>>, pipeline = "github") {
  const variables: Record<string, string> =
    pipeline === "github"
      ? { GITHUB_ACTIONS: "true", GITHUB_API_URL: forge.url, GITHUB_REPOSITORY: "o/r", GITHUB_TOKEN: token }
      : { GITLAB_CI: "true", CI_API_V4_URL: forge.url, CI_PROJECT_ID: "42", GITLAB_TOKEN: token };
  const cwd = folder({ "report/report.md": "The report\n", ...files });
  const env = { ...variables, FORGE_PAUSE_MILLISECONDS: "1" };
  const { code, output } = await script("drift.ts", ["staging", "prod"], { cwd, env });
  const written = [output, ...forge.bodies, ...forge.requests].join("\n");
  expect(found(written, sought)).toEqual([]);
  return { code, last: output.trimEnd().split("\n").at(-1) };
}

describe.each(["github", "gitlab"])("the drift issue on %s", (pipeline) => {
  test("is opened once, rewritten when the drift is another, closed when it is gone, and opened anew", async () => {
    const both = (prod: string) => check({ "previews/staging.json": clean, "previews/prod.json": prod }, pipeline);
    expect(await both(drifted)).toEqual({ code: 0, last: "Issue: created" });
    expect(await both(drifted)).toEqual({ code: 0, last: "Issue: unchanged" });
    expect(forge.issues.map(({ text }) => text)).toEqual([
      `${driftMarker}
Somebody or something changed what Pulumi declares. \`pulumi up\` puts it back; what should stay belongs into the program or the
stack file. This issue is rewritten by every check, and closed by the first one that finds nothing.

- **staging**: no drift
- **prod**: 1 to create, 2 to update

The report
`,
    ]);
    expect(await both(preview({ update: 1 }))).toEqual({ code: 0, last: "Issue: updated" });
    expect(await both(clean)).toEqual({ code: 0, last: "Issue: closed" });
    expect(forge.comments.map(({ text }) => text)).toEqual(["The last check found no drift."]);
    expect(await both(clean)).toEqual({ code: 0, last: "Issue: none is open" });
    expect(await both(drifted)).toEqual({ code: 0, last: "Issue: created" });
    expect(forge.issues.map(({ state }) => state)).toEqual(["closed", "open"]);
  });

  test("stays open while a stack could not be looked at, which fails the job", async () => {
    const issue = forge.add(forge.issues, bot, `${driftMarker}\nold`);
    expect(await check({ "previews/staging.json": clean }, pipeline)).toEqual({
      code: 1,
      last: "Issue: left as it is",
    });
    expect([issue.state, issue.text]).toEqual(["open", `${driftMarker}\nold`]);
    const seen = await check({ "previews/staging.json": drifted, "previews/prod.json": "{" }, pipeline);
    expect(seen).toEqual({ code: 1, last: "Issue: updated" });
    expect(issue.text).toContain("- **prod**: not known: its preview failed");
  });
});

test.each([
  [{}, "none"],
  [{ same: 3, read: 1, refresh: 2, update: 0 }, "none"],
  [{ same: 3, delete: 1 }, "drift"],
  [{ "a-new-operation": 1 }, "drift"],
])("a preview with %j is %s", (changeSummary, kind) => {
  expect(finding(JSON.stringify({ changeSummary })).kind).toBe(kind);
});

test("a preview that has no summary, because it failed, is nobody's all-clear", () => {
  expect(finding(JSON.stringify({ diagnostics: [{ severity: "error" }] }))).toEqual({ kind: "unknown" });
});

describe("the commit of the last up", () => {
  const head = "a".repeat(40);
  const update = (more: object = {}) => ({
    kind: "update",
    result: "succeeded",
    environment: { "git.head": head, "git.dirty": "false" },
    config: Object.fromEntries(secrets.map(({ purpose, value }) => [purpose, { value, secret: false }])),
    ...more,
  });
  const deployed = async (history: readonly object[], args: readonly string[] = [], cwd = folder()) => {
    write(cwd, { ".history.json": JSON.stringify(history) });
    const result = await script("deployed.ts", ["prod", ...args], { cwd, programs: { npm: "cat .history.json" } });
    expect(found(result.output, sought)).toEqual([]);
    return result;
  };

  test("is Pulumi's own note of it; what failed or was no up does not count", async () => {
    const others = [update({ kind: "refresh", environment: {} }), update({ result: "failed", environment: {} })];
    expect((await deployed([...others, update(), update({ environment: {} })])).stdout).toBe(`${head}\n`);
  });

  test("is unknown for a clone with changes, and that is an error", async () => {
    const dirty = update({ environment: { "git.head": head, "git.dirty": "true" } });
    expect((await deployed([dirty])).output).toMatch(/^Failed: the last `up` of prod was not from a commit/);
    expect((await deployed([])).output).toMatch(/^Failed: prod was never brought up/);
  });

  test("has to come before a commit that is brought up: a run that is approved late cannot undo a newer one", async () => {
    const { cwd, first } = repository({ file: "one" });
    write(cwd, { file: "two" });
    const second = commit(cwd);
    const from = (commitOfUp: string) => [update({ environment: { "git.head": commitOfUp } })];
    expect((await deployed(from(first), ["--before", second], cwd)).stdout).toBe(
      `prod goes from ${first} to ${second}\n`,
    );
    expect((await deployed(from(second), ["--before", second], cwd)).code).toBe(0);
    expect((await deployed([], ["--before", first], cwd)).stdout).toBe("prod comes up for the first time\n");
    const late = await deployed(from(second), ["--before", first], cwd);
    expect([
      late.code,
      /which is not an ancestor of .*\nWhat to do: a newer change is there already/.test(late.output),
    ]).toEqual([1, true]);
  });

  test("is the program that drift is looked for with, and the working tree comes back afterwards", async () => {
    const { cwd, first } = repository({ program: "deployed" });
    write(cwd, { program: "merged, not approved" });
    const second = commit(cwd);
    const npm = `case "$*" in
      *pipeline:deployed*) echo ${first} ;;
      *pulumi*) echo "$(cat program): $*" ;;
    esac`;
    const env = { STACK: "prod" };
    const { code } = await run("sh", [join(root, "pipelines/drift-preview.sh")], { cwd, env, programs: { npm } });
    expect([code, readFileSync(join(cwd, "previews/prod.json"), "utf8"), git(cwd, "rev-parse", "HEAD")]).toEqual([
      0,
      "deployed: run -s pulumi -- preview --stack prod --refresh --json --non-interactive\n",
      second,
    ]);
  });

  test("that is not known makes no preview", async () => {
    const { cwd } = repository({ program: "x" });
    const programs = { npm: 'case "$*" in *deployed*) exit 1 ;; esac; echo preview' };
    const { code } = await run("sh", [join(root, "pipelines/drift-preview.sh")], {
      cwd,
      env: { STACK: "prod" },
      programs,
    });
    expect([code, existsSync(join(cwd, "previews/prod.json"))]).toEqual([1, false]);
  });
});
