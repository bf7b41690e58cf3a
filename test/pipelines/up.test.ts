/** pipelines/up.sh in a real repository, with a fake for npm. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { commit, repository, root, run, write } from "./support/scripts.ts";

/** Says what Pulumi would: whether `git status` finds changes. */
const npm = (deployed: number) => `case "$*" in
  *pipeline:deployed*) echo "$*"; exit ${deployed} ;;
  *pulumi*) echo "$*"; echo "changes: $(git status --porcelain)" ;;
esac`;

const up = (cwd: string, deployed = 0) =>
  run("sh", [join(root, "pipelines/up.sh")], {
    cwd,
    env: { STACK: "prod", HOME: cwd },
    programs: { npm: npm(deployed) },
  });

test("the stack comes up from the commit, and the job's credentials beside the program are no changes", async () => {
  const { cwd, first } = repository({ "index.ts": "program" });
  write(cwd, { "gha-creds-1.json": "short-lived" });
  const { code, stdout } = await up(cwd);
  expect([code, stdout.split("\n")]).toEqual([
    0,
    [
      `run -s pipeline:deployed -- prod --before ${first}`,
      "run -s pulumi -- up --stack prod --yes --non-interactive --suppress-outputs --policy-pack policy",
      "changes: ",
      "",
    ],
  ]);
});

test("nothing comes up when a newer commit was brought up already", async () => {
  const { cwd } = repository({ "index.ts": "program" });
  const { code, stdout } = await up(cwd, 1);
  expect([code, stdout.includes("pulumi")]).toEqual([1, false]);
});

test("nothing comes up from a program that no commit has", async () => {
  const { cwd } = repository({ "index.ts": "program" });
  write(cwd, { "index.ts": "another" });
  const { code, output } = await up(cwd);
  expect([code, output.includes("pulumi"), output.includes("Failed: the working tree has changes")]).toEqual([
    1,
    false,
    true,
  ]);
  commit(cwd);
  expect((await up(cwd)).code).toBe(0);
});
