/** The command as a pipeline runs it, with a program in place of Pulumi that prints what the test says. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { previewText, step } from "./support.ts";

const main = join(import.meta.dirname, "../../review/main.ts");
const claim = "kubernetes:core/v1:PersistentVolumeClaim";
let folder: string;
let pulumi: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ckan-review-"));
  pulumi = join(folder, "pulumi");
  // Stacks are files beside it: what is printed, or an error.
  const script = `#!/bin/sh
echo "$@" >> "${folder}/calls"
if [ -f "${folder}/$4.json" ]; then cat "${folder}/$4.json"; exit 0; fi
echo "error: no stack named '$4' found; token=swordfish-swordfish" >&2
exit 255
`;
  writeFileSync(pulumi, script);
  chmodSync(pulumi, 0o755);
  write("none", []);
  write("lost", [step(claim, { op: "delete", old: {} })]);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(stack: string, steps: readonly object[]): string {
  const path = join(folder, `${stack}.json`);
  writeFileSync(path, previewText(steps));
  return path;
}

function run(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args, "--pulumi", pulumi], {
    encoding: "utf8",
  });
  return { code: status, stdout, stderr };
}

describe("The command ends with", () => {
  test("0 when every preview was made, whatever it holds", () => {
    expect(run("none", "lost").code).toBe(0);
  });

  test("3 when a risk occurs that it was told to look for", () => {
    const result = run("none", "lost", "--fail-on", "migration,data-loss");
    expect([result.code, result.stderr]).toEqual([
      3,
      expect.stringContaining("risks that --fail-on names: data-loss\n"),
    ]);
    expect(run("none", "lost", "--fail-on", "migration").code).toBe(0);
  });

  test("1 when a preview failed, although others hold such a risk", () => {
    expect(run("lost", "absent", "--fail-on", "data-loss").code).toBe(1);
  });

  test("2 and the usage when the command line is wrong", () => {
    const result = run();
    expect([result.code, result.stdout]).toEqual([2, ""]);
    expect(result.stderr).toContain("expected at least one stack\n\nusage: npm run preview:report");
  });
});

describe("The command", () => {
  test("asks Pulumi for each stack by itself, without a question to anybody", () => {
    rmSync(join(folder, "calls"), { force: true });
    run("none", "lost", "--policy-pack", "policy", "--skipped", "other=not touched");
    const call = (stack: string) => `preview --json --stack ${stack} --non-interactive --policy-pack policy`;
    expect(readFileSync(join(folder, "calls"), "utf8").trim().split("\n")).toEqual([call("none"), call("lost")]);
  });

  test("reports the stacks that can be previewed beside those that cannot", () => {
    const { stdout, stderr } = run("absent", "lost");
    expect(stdout).toContain("| absent | **the preview failed** |");
    expect(stdout).toContain("error: no stack named 'absent' found");
    expect(stdout).toContain("| lost | **data at risk**: 1 deleted. Risks: `data-loss` |");
    expect(stdout + stderr).not.toContain("swordfish");
  });

  test("writes the report for people and for programs, and its progress to standard error", () => {
    const [markdown, json] = [join(folder, "report.md"), join(folder, "report.json")];
    const { stdout, stderr } = run("lost", "--skipped", "dev=not touched", "--markdown", markdown, "--json", json);
    expect([stdout, stderr]).toEqual(["", "lost: previewing ...\nlost: data-at-risk\ndev: skipped\n"]);
    expect(readFileSync(markdown, "utf8")).toContain("| dev | not previewed: not touched |");
    const report = JSON.parse(readFileSync(json, "utf8"));
    expect(report).toMatchObject({
      version: 1,
      stacks: [
        { stack: "lost", verdict: "data-at-risk", classes: ["data-loss"], counts: { deleted: 1, created: 0 } },
        { stack: "dev", verdict: "skipped", reason: "not touched" },
      ],
    });
  });

  test("reads previews from files, and says which it cannot read", () => {
    const [path, absent] = [write("kept", []), join(folder, "absent.json")];
    writeFileSync(join(folder, "bad.json"), "swordfish");
    const { code, stdout } = run(
      "--from",
      `a=${path}`,
      "--from",
      `b=${absent}`,
      "--from",
      `c=${join(folder, "bad.json")}`,
    );
    expect(existsSync(absent)).toBe(false);
    expect(code).toBe(1);
    expect(stdout).toContain("| a | no change |");
    expect(stdout).toContain("absent.json cannot be read: ENOENT");
    expect(stdout).toContain("```\nno JSON\n```");
    expect(stdout).not.toContain("swordfish");
  });

  test("says when there is no Pulumi at all", () => {
    const { status, stdout } = spawnSync(process.execPath, [main, "dev", "--pulumi", "/absent/pulumi"], {
      encoding: "utf8",
    });
    expect([status, stdout]).toEqual([1, expect.stringContaining("spawn /absent/pulumi ENOENT")]);
  });
});
