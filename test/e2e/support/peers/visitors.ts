/** Visitors who read pages while something else happens, and how the site served them. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export interface Visits {
  readonly asked: number;
  /** How often which status or reason came in place of 200. */
  readonly failed: Readonly<Record<string, number>>;
  /** Milliseconds in which 95 of 100 were answered. */
  readonly most: number;
}

const loop = fileURLToPath(new URL("visitor-loop.ts", import.meta.url));
/** Milliseconds between two visits. */
const interval = 200;
/** Three minutes. */
const longest = 900;

/** Does something while pages are asked for, in turn, each with another number at its end. */
export async function whileVisited<T>(
  site: string,
  paths: readonly string[],
  act: () => Promise<T>,
): Promise<{ readonly value: T; readonly visits: Visits }> {
  const args = [loop, site, String(interval), String(longest), ...paths];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "close");
  let printed = "";
  child.stdout.on("data", (text: Buffer) => {
    printed += text.toString();
  });
  try {
    const value = await act();
    child.kill("SIGTERM");
    await ended;
    return { value, visits: summary(printed) };
  } finally {
    child.kill("SIGTERM");
  }
}

function summary(printed: string): Visits {
  const visits = printed.trimEnd().split("\n");
  const times = visits.map((line) => Number(line.split(" ")[0])).sort((a, b) => a - b);
  const failed: Record<string, number> = {};
  for (const line of visits) {
    const [, outcome = ""] = line.split(" ");
    if (outcome !== "200") failed[outcome] = (failed[outcome] ?? 0) + 1;
  }
  return { asked: visits.length, failed, most: times[Math.ceil(times.length * 0.95) - 1] ?? Number.POSITIVE_INFINITY };
}
