/** Looks for secrets in texts, files and archives. Names what is found by purpose and place; no value leaves this process. */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { text as textOf } from "node:stream/consumers";
import { found, type Spelling, title } from "../../support/secret-leaks.ts";

/** Something to be searched, and what to call it. */
export interface Place {
  readonly name: string;
  readonly text: string;
}

/** `queue in base64: ConfigMap opendata-dev/web`, for everything that is found; the same finding counts once. */
export function hunt(places: readonly Place[], sought: readonly Spelling[]): readonly string[] {
  return [...new Set(places.flatMap(({ name, text }) => found(text, sought).map((hit) => `${hit}: ${name}`)))].sort();
}

/** Every file below a folder, as bytes: one character each. */
export function filesBelow(folder: string, name: (path: string) => string): readonly Place[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => statSync(join(folder, path)).isFile())
    .map((path) => ({ name: name(path), text: readFileSync(join(folder, path), "latin1") }));
}

/**
 * The same for archives of hundreds of megabytes, which grep reads; layers of images lie in them unpacked. What to look for goes to
 * grep through a pipe, never as an argument. Files that are compressed within a layer are not unpacked.
 */
export async function huntArchive(path: string, name: string, sought: readonly Spelling[]): Promise<readonly string[]> {
  const child = spawn("grep", ["--text", "--only-matching", "--fixed-strings", "--file=-", path], {
    env: { ...process.env, LC_ALL: "C" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.end(`${sought.map(({ text }) => text).join("\n")}\n`);
  const [output, code] = await Promise.all([
    textOf(child.stdout),
    new Promise<number | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    }),
  ]);
  // 1: nothing found.
  if (code !== 0 && code !== 1) throw new Error(`grep ended with ${code}`);
  const lines = new Set(output.split("\n"));
  return [...new Set(sought.filter(({ text }) => lines.has(text)).map((each) => `${title(each)}: ${name}`))].sort();
}
