/** Projects of another team, which know of this one its package for consumers and nothing else. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const binaries = join(root, "node_modules", ".bin");

/** What of npm's packages such a project has: these, and the package for consumers. */
const installed = ["pulumi", "kubernetes"];

/** Installs the package as `npm install` would: packed, so that it must do without this project's files. */
export function installConsumer(folder: string): void {
  const modules = join(folder, "node_modules");
  const target = join(modules, "@ckan-environments", "consumer");
  for (const path of [target, join(modules, "@pulumi")]) mkdirSync(path, { recursive: true });
  for (const name of installed)
    symlinkSync(join(root, "node_modules", "@pulumi", name), join(modules, "@pulumi", name));
  symlinkSync(join(root, "node_modules", "@types"), join(modules, "@types"));
  const consumer = join(root, "consumer");
  const packed = command("npm", ["pack", "--json", "--pack-destination", folder], consumer);
  const [{ filename }] = JSON.parse(packed.slice(packed.indexOf("["))) as [{ filename: string }];
  command(
    "tar",
    ["--extract", "--file", join(folder, filename), "--directory", target, "--strip-components=1"],
    folder,
  );
}

/** The example as a project of its own. */
export function copyExample(folder: string): string {
  const project = join(folder, "statistics");
  cpSync(join(root, "examples", "consumer"), project, { recursive: true });
  return project;
}

/** A project whose program is this text. */
export function writeProject(folder: string, name: string, program: string): string {
  const project = join(folder, name);
  mkdirSync(project, { recursive: true });
  const runtime = { name: "nodejs", options: { typescript: false } };
  writeFileSync(join(project, "Pulumi.yaml"), stringify({ name, runtime, main: "index.ts" }));
  writeFileSync(join(project, "package.json"), JSON.stringify({ name, type: "module" }));
  writeFileSync(join(project, "index.ts"), program);
  return project;
}

/** What the compiler has against a project; nothing when it is empty. */
export function typeMistakes(project: string): string {
  const options = [
    "--noEmit",
    "--strict",
    "--module",
    "nodenext",
    "--target",
    "es2024",
    "--allowImportingTsExtensions",
  ];
  const { stdout } = spawnSync(join(binaries, "tsc"), [...options, "--skipLibCheck", "--types", "node", "index.ts"], {
    cwd: project,
    encoding: "utf8",
  });
  return stdout;
}

function command(program: string, args: readonly string[], cwd: string): string {
  const env = { ...process.env, PATH: [binaries, process.env["PATH"]].join(delimiter) };
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, env, encoding: "utf8" });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${status}: ${stdout}${stderr}`);
  return stdout;
}
