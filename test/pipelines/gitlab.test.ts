/** Which of GitLab's jobs run when, as a public reader of GitLab's rules works them out. It is not GitLab itself. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { git, repository, root, run } from "./support/scripts.ts";

const reader = join(dirname(createRequire(import.meta.url).resolve("gitlab-ci-local/package.json")), "dist/index.js");
const pipeline = readFileSync(join(root, "pipelines/gitlab/.gitlab-ci.yml"), "utf8");

async function jobs(variables: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const { cwd } = repository({ ".gitlab-ci.yml": pipeline });
  git(cwd, "remote", "add", "origin", "git@gitlab.example.org:portals/environments.git");
  const set = Object.entries({ CI_DEFAULT_BRANCH: "main", PIPELINE_IMAGE: "node", ...variables });
  const args = [reader, "--list-csv", ...set.flatMap(([name, value]) => ["--variable", `${name}=${value}`])];
  const { code, output } = await run(process.execPath, args, { cwd, env: { HOME: cwd } });
  expect([code, output.includes("json schema validated")]).toEqual([0, true]);
  // name;stage;when;allowFailure;environment;needs
  const lines = output.split("\n").filter((line) => /^[\w: [\]-]+;\w+;\w+;/.test(line) && !line.startsWith("name;"));
  return lines.map((line) =>
    line
      .split(";")
      .filter((_, column) => [0, 2, 4].includes(column))
      .join(" ")
      .trim(),
  );
}

test("a merge request of this project is previewed for each stack, and the report comes whatever happened", async () => {
  const own = {
    CI_PIPELINE_SOURCE: "merge_request_event",
    CI_PROJECT_ID: "1",
    CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "1",
  };
  expect(await jobs(own)).toEqual([
    "affected on_success",
    "preview: [staging] on_success staging-preview",
    "preview: [prod] on_success prod-preview",
    "report always",
  ]);
});

test("a fork's merge request gets the explanation and nothing else", async () => {
  const fork = {
    CI_PIPELINE_SOURCE: "merge_request_event",
    CI_PROJECT_ID: "1",
    CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "2",
  };
  expect(await jobs(fork)).toEqual(["fork on_success"]);
});

test.each(["push", "web"])(
  "after a merge (%s) staging comes up, and production when somebody starts it",
  async (source) => {
    expect(await jobs({ CI_PIPELINE_SOURCE: source, CI_COMMIT_BRANCH: "main" })).toEqual([
      "review: [staging] on_success staging-preview",
      "review: [prod] on_success prod-preview",
      "up-staging on_success staging",
      "up-prod manual prod",
    ]);
  },
);

test("the schedule looks for drift, and changes nothing", async () => {
  expect(await jobs({ CI_PIPELINE_SOURCE: "schedule", CI_COMMIT_BRANCH: "main" })).toEqual([
    "check: [staging] on_success staging-preview",
    "check: [prod] on_success prod-preview",
    "issue always",
  ]);
});
