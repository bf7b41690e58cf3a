/** The command as `npm run render` runs it. */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "ckan-render-"));
/** The project by links, with stack files of its own: those of the project are other tests' as well. */
const project = join(folder, "project");

beforeAll(() => {
  mkdirSync(project);
  for (const entry of readdirSync(root)) symlinkSync(join(root, entry), join(project, entry));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function render(...args: readonly string[]) {
  const links = ["--preserve-symlinks", "--preserve-symlinks-main"];
  const command = [...links, "--require", "./toolchain/preload.cjs", join(project, "render/main.ts"), ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: project, encoding: "utf8" });
  return { code: status, stdout, stderr };
}

/** What the command says to a stack file with this text. */
function rendered(text: string) {
  writeFileSync(join(project, "Pulumi.wrong.yaml"), text);
  const out = join(folder, "refused");
  return { ...render("wrong", out), wrote: existsSync(out) };
}

test("a stack is written as one file for each object", () => {
  const out = join(folder, "dev");
  const { code, stdout, stderr } = render("dev", out);
  const files = readdirSync(out);
  expect([code, stderr, stdout]).toEqual([0, "", `${files.length} objects of dev written to ${out}\n`]);
  expect(files).toContain("opendata-dev.service.opendata-web.yaml");
});

test("all mistakes of a stack file come as one list, without a trace, and nothing is written", () => {
  const dev = readFileSync(join(root, "Pulumi.dev.yaml"), "utf8");
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
    expect.stringMatching(/^Pulumi\.wrong\.yaml is no YAML: .* at line 3, column 1:$/),
    false,
  ]);
  expect(stderr).not.toContain("    at ");
});

test("a stack without a file is a mistake too", () => {
  expect(render("nowhere", join(folder, "nowhere"))).toEqual({
    code: 1,
    stdout: "",
    stderr: "There is no stack file Pulumi.nowhere.yaml: expected the name of a stack such as prod\n",
  });
});

test("without a stack and a folder the command says how it is called", () => {
  const { code, stderr } = render("dev");
  expect([code, stderr.split("\n")[0]]).toEqual([2, "usage: npm run render -- <stack> <folder>"]);
});
