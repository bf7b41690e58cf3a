import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { affected, affectedLines, Reason } from "../../pipelines/lib/changes.ts";
import { commit, folder, git, repository, root, script, write } from "./support/scripts.ts";

const stacks = [
  { name: "dev", local: true },
  { name: "prod", local: false },
  { name: "staging", local: false },
];
const touchedBy = (...paths: readonly string[]) => Object.keys(affected(paths, stacks).touched);

describe("a change", () => {
  test.each([
    ["Pulumi.prod.yaml", ["prod"]],
    ["Pulumi.dev.yaml", []],
    ["Pulumi.yaml", ["prod", "staging"]],
    ["index.ts", ["prod", "staging"]],
    ["components/web/ckan-web.ts", ["prod", "staging"]],
    ["ckan/bootstrap.py", ["prod", "staging"]],
    ["policy/index.ts", ["prod", "staging"]],
    ["package-lock.json", ["prod", "staging"]],
    ["toolchain/preload.cjs", ["prod", "staging"]],
    ["a-folder-that-is-not-known-yet/file.ts", ["prod", "staging"]],
    ["docs/pipelines.md", []],
    ["README.md", []],
    ["test/index.test.ts", []],
    ["images/ckan/Containerfile", []],
    [".github/workflows/preview.yml", []],
  ])("of %s touches %j", (path, expected) => {
    expect(touchedBy(path)).toEqual(expected);
  });

  test("of everything, as far as anybody knows, touches every stack that a pipeline reaches", () => {
    expect(affected(undefined, stacks)).toEqual({
      touched: { prod: "what changed is not known", staging: "what changed is not known" },
      skipped: { dev: Reason.Local },
    });
  });

  test("says what it touches a stack by, and why it skips the others", () => {
    const found = affected(["docs/a.md", "Pulumi.staging.yaml"], stacks);
    expect(affectedLines(found)).toEqual([
      "staging: touched by Pulumi.staging.yaml",
      "dev: skipped, its cluster is on each developer's own machine",
      "prod: skipped, nothing in this change is part of it",
    ]);
    expect(affected(["index.ts", "ckan/b.ts"], stacks).touched["prod"]).toBe("ckan/b.ts and 1 more");
  });

  test("that deletes a stack's file skips it and says that what it declared stays", () => {
    expect(affected(["Pulumi.old.yaml"], stacks).skipped["old"]).toBe(Reason.Deleted);
  });
});

test("every file that the program imports touches every stack", () => {
  const program = imported("index.ts");
  expect(program.size).toBeGreaterThan(80);
  expect([...program].filter((path) => touchedBy(path).join() !== "prod,staging")).toEqual([]);
});

describe("pipeline:affected", () => {
  const file = (platform: string) => `config:\n  ckan:cluster: { platform: ${platform} }\n`;
  const files = {
    "Pulumi.dev.yaml": file("local"),
    "Pulumi.prod.yaml": file("kubernetes"),
    "Pulumi.staging.yaml": file("openshift"),
    "index.ts": "a program\n".repeat(20),
    "docs/a.md": "text",
  };

  test("compares with the point where the branch began, not with what came to main since", async () => {
    const { cwd, first } = repository(files);
    git(cwd, "switch", "--quiet", "--create", "branch");
    write(cwd, { "Pulumi.staging.yaml": `${file("openshift")}# changed\n` });
    const head = commit(cwd);
    git(cwd, "switch", "--quiet", "main");
    write(cwd, { "index.ts": "another program" });
    const base = commit(cwd);
    expect(base).not.toBe(first);
    const { code, stdout } = await script("affected.ts", ["--base", base, "--head", head, "--format", "json"], { cwd });
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      { touched: { staging: "Pulumi.staging.yaml" }, skipped: { dev: Reason.Local, prod: Reason.Untouched } },
    ]);
  });

  test("sees a program file that was moved into the documentation", async () => {
    const { cwd, first } = repository(files);
    git(cwd, "mv", "index.ts", "docs/index.ts");
    const head = commit(cwd);
    const { stdout } = await script("affected.ts", ["--base", first, "--head", head, "--format", "names"], { cwd });
    expect(stdout).toBe("prod\nstaging\n");
  });

  test("writes the outputs of a workflow", async () => {
    const { cwd, first } = repository(files);
    write(cwd, { "Pulumi.prod.yaml": `${file("kubernetes")}# changed\n` });
    const head = commit(cwd);
    const run = (base: string, to: string) =>
      script("affected.ts", ["--base", base, "--head", to, "--format", "github"], { cwd });
    expect((await run(first, head)).stdout).toBe('stacks=["prod"]\nprod=true\n');
    expect((await run(head, head)).stdout).toBe("stacks=[]\n");
    expect((await run("", head)).stdout).toBe('stacks=["prod","staging"]\nprod=true\nstaging=true\n');
    expect((await run("0".repeat(40), head)).stdout).toBe('stacks=["prod","staging"]\nprod=true\nstaging=true\n');
  });

  test("refuses what is no commit, and says what to do about one that was not fetched", async () => {
    const { cwd, first } = repository(files);
    const refused = await script("affected.ts", ["--base=--output=/tmp/x", "--head", first], { cwd });
    expect([refused.code, refused.output]).toEqual([
      1,
      'Failed: "--output=/tmp/x" is no commit\nWhat to do: give the 40 characters of a commit: git rev-parse HEAD\n',
    ]);
    const missing = await script("affected.ts", ["--base", "1".repeat(40), "--head", first], { cwd });
    expect([missing.code, /fetch the whole history first: fetch-depth: 0/.test(missing.output)]).toEqual([1, true]);
    const outside = await script("affected.ts", ["--base", first, "--head", first], { cwd: folder(files) });
    expect(outside.code).toBe(1);
  });
});

/** Every file of this project that a file imports, itself among them. */
function imported(path: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(path)) return found;
  found.add(path);
  for (const [, from = ""] of readFileSync(join(root, path), "utf8").matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)) {
    const target = relative(root, resolve(root, dirname(path), from));
    if (existsSync(join(root, target))) imported(target, found);
  }
  return found;
}
