/** The command as `npm run render` runs it. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clone, clone } from "../support/clone.ts";

let at: Clone;
beforeAll(() => {
  at = clone();
});
afterAll(() => at.remove());

function render(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...at.command("render/main.ts"), ...args], {
    cwd: at.project,
    encoding: "utf8",
    env: { ...process.env, INIT_CWD: at.folder },
  });
  return { code: status, stdout, stderr };
}

/** What the command says to a stack file with this text. */
function rendered(text: string) {
  writeFileSync(join(at.project, "Pulumi.wrong.yaml"), text);
  const out = join(at.folder, "refused");
  return { ...render("wrong", out), wrote: existsSync(out) };
}

test("a stack is written as one file for each object", () => {
  const out = join(at.folder, "dev");
  const { code, stdout, stderr } = render("dev", out);
  const files = readdirSync(out);
  expect([code, stderr, stdout]).toEqual([0, "", `${files.length} objects of dev written to ${out}\n`]);
  expect(files).toContain("opendata-dev.service.opendata-web.yaml");
});

test("all mistakes of a stack file come as one list, without a trace, and nothing is written", () => {
  const dev = readFileSync(join(at.project, "Pulumi.dev.yaml"), "utf8");
  expect(rendered(dev.replace("platform: local", "platform: nomad"))).toEqual({
    code: 1,
    stdout: "",
    stderr: [
      "The stack file has 2 mistakes; nothing was created or changed:",
      '  ckan:cluster.platform: expected a cluster platform: local, kubernetes, openshift, gke-autopilot, got "nomad"',
      '  ckan:rootSecret: expected a secret of this environment\'s own: the public one of the dev stack is for cluster.platform local only; run pulumi config set --secret ckan:rootSecret "$(openssl rand -base64 48)"\n',
    ].join("\n"),
    wrote: false,
  });
});

test("a file that is no YAML is a mistake too, and says where", () => {
  const { code, stderr, wrote } = rendered("config:\n  ckan:cluster: [\n");
  expect([code, stderr.split("\n")[0], wrote]).toEqual([
    1,
    expect.stringMatching(/^\/.*\/Pulumi\.wrong\.yaml is no YAML: .* at line 3, column 1$/),
    false,
  ]);
  expect(stderr).not.toContain("    at ");
});

test("a stack without a file is a mistake too", () => {
  expect(render("nowhere", join(at.folder, "nowhere"))).toEqual({
    code: 1,
    stdout: "",
    stderr: "There is no stack file Pulumi.nowhere.yaml: expected the name of a stack such as prod\n",
  });
});

test("a folder is where the caller is, and is named by its whole path", () => {
  const { code, stdout } = render("dev", "own folder/dev");
  const out = join(at.folder, "own folder/dev");
  expect([code, stdout]).toEqual([0, `${readdirSync(out).length} objects of dev written to ${out}\n`]);
});

test("a folder with files of a render before, or of anybody else, is refused and stays as it is", () => {
  const out = join(at.folder, "used");
  mkdirSync(out);
  writeFileSync(join(out, "opendata-dev.service.gone.yaml"), "gone\n");
  expect(render("dev", out)).toEqual({
    code: 1,
    stdout: "",
    stderr: `${out} is not empty: name another folder, or empty it; objects that are gone would stay in it\n`,
  });
  expect(readdirSync(out)).toEqual(["opendata-dev.service.gone.yaml"]);
});

test("a file in place of the folder, or above it, is one sentence", () => {
  const file = join(at.folder, "file");
  writeFileSync(file, "");
  for (const out of [file, join(file, "below")]) {
    const { code, stdout, stderr } = render("dev", out);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^Nothing can be written to \/.*file(\/below)?: E(EXIST|NOTDIR): .*\n$/);
    expect(stderr.split("\n").length).toBe(2);
  }
});

test("--help is an answer: on standard output, with 0", () => {
  const { code, stdout, stderr } = render("--help");
  expect([code, stdout.split("\n")[0], stderr]).toEqual([0, "usage: npm run render -- <stack> <folder>", ""]);
});

test.each([
  [["dev"], "a stack and a folder are needed"],
  [["", "out"], "a stack and a folder are needed"],
  [["dev", "out", "more", "x"], "one stack and one folder are needed, got more, x as well"],
  [["dev", "out", "--force"], /^Unknown option '--force'/],
])("a call such as %j says what is wrong with it, and how the command is called", (args, why) => {
  const { code, stdout, stderr } = render(...args);
  const [first, second] = stderr.split("\n");
  expect([code, stdout, second]).toEqual([2, "", "usage: npm run render -- <stack> <folder>"]);
  expect(first).toEqual(typeof why === "string" ? why : expect.stringMatching(why));
});
