/** The shell of GitHub's preview workflow, step by step, as its runner would run it: from a commit to the comment. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parse } from "yaml";
import { reviewMarker } from "../../pipelines/lib/report.ts";
import { FakeForge, token } from "./support/forge.ts";
import { commit, repository, root, run, write } from "./support/scripts.ts";

interface Step {
  readonly name?: string;
  readonly id?: string;
  readonly run?: string;
}

const { jobs } = parse(readFileSync(join(root, "pipelines/github/preview.yml"), "utf8")) as {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>;
};

/** The scripts are real; Pulumi and the report's maker are played. A preview holds a line for each argument that it got. */
const npm = `shift 2
script=$1; shift; if [ "\${1:-}" = -- ]; then shift; fi
case "$script" in
  pulumi) echo '{"changeSummary":{"update":1}}' ;;
  pipeline:*) exec node ${join(root, "pipelines")}/"\${script#pipeline:}".ts "$@" ;;
  promote) exec node ${join(root, "pipelines")}/promote.ts "$@" ;;
  preview:report) printf '%s\\n' '${reviewMarker}' "$@" > report/report.md; echo '{}' > report/report.json; exit "$REPORT" ;;
esac`;

let forge: FakeForge;
beforeEach(async () => {
  forge = new FakeForge();
  await forge.start();
});
afterEach(() => forge.stop());

const stack = (platform: string) => `config:\n  ckan:cluster: { platform: ${platform} }\n`;

test.each([
  ["no risk", "0", [0, 0, 0, 0]],
  ["data at risk", "3", [0, 0, 3, 0]],
])("a change to staging becomes one comment, whatever the report says: %s", async (_name, report, codes) => {
  const files = { "Pulumi.dev.yaml": stack("local"), "Pulumi.prod.yaml": stack("kubernetes") };
  const { cwd, first } = repository({ ...files, "Pulumi.staging.yaml": stack("kubernetes") });
  write(cwd, { "Pulumi.staging.yaml": `${stack("kubernetes")}# changed\n` });
  const head = commit(cwd);
  write(cwd, { "event.json": JSON.stringify({ pull_request: { number: 7 } }) });
  const env = {
    BASE: first,
    HEAD: head,
    STACK: "staging",
    REPORT: report,
    FAIL_ON: "data-loss,data-detached",
    GITHUB_OUTPUT: join(cwd, "outputs"),
    GITHUB_STEP_SUMMARY: join(cwd, "summary"),
    GITHUB_ACTIONS: "true",
    GITHUB_API_URL: forge.url,
    GITHUB_REPOSITORY: "o/r",
    GITHUB_EVENT_PATH: join(cwd, "event.json"),
    GITHUB_TOKEN: token,
  };
  const found: number[] = [];
  for (const [job, name] of [
    ["affected", "affected"],
    ["preview", "Preview"],
    ["report", "Report"],
    ["report", "Comment"],
  ]) {
    const step = jobs[job ?? ""]?.steps.find((one) => one.id === name || one.name === name);
    // As GitHub's runner does it.
    const { code } = await run("bash", ["-e", "-c", step?.run ?? "exit 99"], { cwd, env, programs: { npm } });
    found.push(code);
  }
  expect(found).toEqual(codes);
  expect(readFileSync(join(cwd, "outputs"), "utf8")).toBe('stacks=["staging"]\nstaging=true\n');
  expect(forge.comments.map(({ text }) => text.split("\n").slice(0, 8))).toEqual([
    [
      reviewMarker,
      "staging",
      "--from",
      "staging=previews/staging.json",
      "--skipped",
      "dev=its cluster is on each developer's own machine",
      "--skipped",
      "prod=nothing in this change is part of it",
    ],
  ]);
  expect(readFileSync(join(cwd, "summary"), "utf8")).toContain("staging: touched by Pulumi.staging.yaml");
});
