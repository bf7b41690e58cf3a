/**
 * `npm run scan:pipelines`: checks every pipeline with its own linter or parser. Each linter must first find a mistake in a modified
 * copy: one that finds nothing there checks nothing.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { projectRoot } from "../toolchain/paths.ts";
import { ensurePipelineLinters, type PipelineLinters } from "../toolchain/pipeline-linters.ts";
import { tryRun } from "../toolchain/process.ts";
import { main } from "../toolchain/steps.ts";

interface Linter {
  readonly name: string;
  /** Paths from the root of the project. */
  readonly files: readonly string[];
  readonly command: (file: string, folder: string) => readonly string[];
  /** Replacement that makes a mistake of the kind that the linter must find. */
  readonly mistake: readonly [text: string | RegExp, mistaken: string];
}

await main(async () => {
  const folder = mkdtempSync(join(tmpdir(), "pipelines-"));
  try {
    const tools = await ensurePipelineLinters();
    for (const linter of linters(tools)) {
      const problems = [...(await lint(linter, folder)), ...(await blind(linter, folder))];
      console.log(`${linter.name.padEnd(20)} ${linter.files.length} files  ${problems.length} problems`);
      for (const problem of problems) console.log(problem);
      if (problems.length > 0) process.exitCode = 1;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

function linters({ actionlint, shellcheck, zizmor, schemaPython, groovy }: PipelineLinters): readonly Linter[] {
  const workflows = below("pipelines/github", ".yml");
  const schema = (name: string) => (file: string) => [
    schemaPython,
    "-m",
    "check_jsonschema",
    "--builtin-schema",
    name,
    file,
  ];
  return [
    {
      name: "actionlint",
      files: workflows,
      command: (file) => [actionlint, "-no-color", "-shellcheck", shellcheck, file],
      mistake: ["matrix.stack }}", "matrix.stock }}"],
    },
    {
      name: "zizmor",
      files: workflows,
      command: (file) => [zizmor, "--offline", "--quiet", "--no-progress", "--color=never", "--persona=pedantic", file],
      mistake: [/actions\/checkout@\S+/, "actions/checkout@v7"],
    },
    {
      name: "workflow schema",
      files: workflows,
      command: schema("vendor.github-workflows"),
      mistake: ["runs-on:", "runs-at:"],
    },
    {
      name: "workflow timeouts",
      files: workflows,
      command: schema("custom.github-workflows-require-timeout"),
      mistake: [/timeout-minutes: \d+/, ""],
    },
    {
      name: "GitLab's schema",
      files: ["pipelines/gitlab/.gitlab-ci.yml"],
      command: schema("vendor.gitlab-ci"),
      mistake: ["resource_group:", "resource_groop:"],
    },
    {
      name: "Groovy's compiler",
      files: ["pipelines/jenkins/Jenkinsfile"],
      command: (file, folder) => [
        "java",
        "-cp",
        groovy,
        "org.codehaus.groovy.tools.FileSystemCompiler",
        "-d",
        folder,
        file,
      ],
      mistake: ["agent none", "agent none {"],
    },
    {
      name: "shellcheck",
      files: below("pipelines", ".sh"),
      command: (file) => [shellcheck, "--color=never", file],
      mistake: ["set -eu", "cd $HOME"],
    },
  ];
}

function below(folder: string, ending: string): readonly string[] {
  return readdirSync(join(projectRoot, folder))
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => join(folder, name));
}

/** The linter's findings about each file. */
async function lint({ name, files, command }: Linter, folder: string): Promise<readonly string[]> {
  if (files.length === 0) return [`${name} has nothing to look at`];
  const results = await Promise.all(files.map((file) => execute(command(join(projectRoot, file), folder))));
  return results.filter(({ code }) => code !== 0).map(({ output }) => output.trim());
}

/** Files in which the linter overlooks the mistake. */
async function blind({ name, files, command, mistake }: Linter, folder: string): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const file of files) {
    const text = readFileSync(join(projectRoot, file), "utf8");
    const mistaken = text.replace(...mistake);
    const copy = join(folder, basename(file));
    writeFileSync(copy, mistaken);
    if (mistaken === text) problems.push(`${name}: there is no place in ${file} for the mistake that it has to find`);
    else if ((await execute(command(copy, folder))).code === 0)
      problems.push(`${name} finds no mistake in a broken ${file}`);
  }
  return problems;
}

async function execute([program = "", ...args]: readonly string[]) {
  return await tryRun(program, args);
}
