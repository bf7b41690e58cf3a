/** Queries git about a change. */
import { execFileSync } from "node:child_process";
import { PipelineError } from "./error.ts";

const commit = /^[0-9a-f]{40}$/;

/** Git's null commit, which forges send for the first push of a branch. */
const noCommit = "0".repeat(40);

/**
 * All paths that differ between `head` and its merge base with `base`; for a renamed file both names.
 *
 * @returns undefined when there is no base
 * @throws PipelineError when a commit is not in this clone
 */
export function changedPaths(base: string, head: string): readonly string[] | undefined {
  if (base === noCommit || base === "") return undefined;
  const range = `${requireCommit(base)}...${requireCommit(head)}`;
  const listed = git(["diff", "--name-only", "--no-renames", "-z", range, "--"]);
  return listed.split("\0").filter((path) => path !== "");
}

/** Whether a file contained this value at the end of a word in any commit up to `base`: a part of a longer tag does not count. */
export function everContained(path: string, value: string, base: string): boolean {
  const pattern = `${value.replaceAll(/[^\w/-]/g, "[$&]")}([[:space:]"',}]|$)`;
  const search = ["--pickaxe-regex", `-S${pattern}`, requireCommit(base), "--", path];
  return git(["log", "--format=%H", "-n", "1", ...search]).trim() !== "";
}

/** Whether `earlier` is `later` or one of its ancestors. */
export function isAncestor(earlier: string, later: string): boolean {
  const [from, to] = [requireCommit(earlier), requireCommit(later)];
  return from === to || git(["rev-list", "-n", "1", from, `^${to}`]) === "";
}

/** A file's content in a commit; undefined when it did not exist. */
export function fileAt(base: string, path: string): string | undefined {
  if (git(["ls-tree", "--name-only", requireCommit(base), "--", path]) === "") return undefined;
  return git(["show", `${requireCommit(base)}:${path}`]);
}

/** Accepts commit ids only: the clone may lack a branch, and a name could be taken for an option. */
function requireCommit(name: string): string {
  if (commit.test(name)) return name;
  throw new PipelineError(
    `${JSON.stringify(name)} is no commit`,
    "give the 40 characters of a commit: git rev-parse HEAD",
  );
}

function git(args: readonly string[]): string {
  try {
    return execFileSync("git", args, {
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
      stdio: ["ignore", "pipe", "pipe"],
    });
  } catch (error) {
    const said = String((error as { readonly stderr?: unknown }).stderr ?? "").trim();
    throw new PipelineError(
      `git ${args[0]} failed: ${said}`,
      "fetch the whole history first: fetch-depth: 0, GIT_DEPTH: 0, or git fetch --unshallow",
    );
  }
}
