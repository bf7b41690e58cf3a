/** The project by links, in a folder with a name that is hard to read: stack files there are a test's own. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

export interface Clone {
  /** For whatever a test writes. */
  readonly folder: string;
  readonly project: string;
  /** Arguments of Node.js that start a script of the project there. */
  readonly command: (script: string) => readonly string[];
  readonly remove: () => void;
}

export function clone(): Clone {
  const folder = mkdtempSync(join(tmpdir(), "ckan-clone-"));
  const project = join(folder, "a clone of Jürgen's, 100%41 #1?");
  mkdirSync(project);
  for (const entry of readdirSync(root)) symlinkSync(join(root, entry), join(project, entry));
  const links = ["--preserve-symlinks", "--preserve-symlinks-main", "--require", "./toolchain/preload.cjs"];
  return {
    folder,
    project,
    command: (script) => [...links, join(project, script)],
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
