/** Runs Node.js programs as Pulumi's language host does, and measures them. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { projectRoot } from "../../toolchain/paths.ts";
import { run } from "../../toolchain/process.ts";

export interface Usage {
  /** From the start of the process to its end. */
  readonly seconds: number;
  /** Processor time, user and system. */
  readonly processor: number;
  /** Largest resident memory, in millions of bytes. */
  readonly megabytes: number;
}

/** Preloads the module that notes what a program uses. */
export const usageOption = `--import=${fileURLToPath(new URL("usage.mjs", import.meta.url))}`;

/** What Pulumi.yaml has Node.js started with. */
export function nodeOptions(): readonly string[] {
  const { runtime } = parse(readFileSync(join(projectRoot, "Pulumi.yaml"), "utf8"));
  return String(runtime.options.nodeargs ?? "")
    .split(" ")
    .filter(Boolean);
}

/** Runs a program in a process of its own. */
export async function measure(program: string, args: readonly string[] = []): Promise<Usage> {
  const folder = mkdtempSync(join(tmpdir(), "ckan-bench-"));
  try {
    const usage = join(folder, "usage");
    const begin = performance.now();
    await run(process.execPath, [...nodeOptions(), usageOption, program, ...args], {
      cwd: projectRoot,
      env: { ...process.env, BENCH_USAGE: usage },
    });
    const seconds = (performance.now() - begin) / 1000;
    return { seconds, ...JSON.parse(readFileSync(usage, "utf8")) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
