/** A steady, bounded stream of requests, and what became of them. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export interface Outcome {
  /** When it was asked, in milliseconds since the epoch. */
  readonly started: number;
  /** Milliseconds until the answer. */
  readonly took: number;
  /** The HTTP status, or why there was none. */
  readonly outcome: string;
}

const loop = fileURLToPath(new URL("loop.ts", import.meta.url));

export class Requests {
  readonly #process: ChildProcess;
  #printed = "";

  /** Asks for `url` until it is stopped, as the owner of the API token if there is one. */
  constructor(url: string, token?: string, perSecond = 5) {
    this.#process = spawn(process.execPath, [loop, url, String(perSecond)], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, ...(token !== undefined && { API_TOKEN: token }) },
    });
    this.#process.stdout?.on("data", (text: Buffer) => {
      this.#printed += text.toString();
    });
  }

  /** What is known so far, in the order of the questions. */
  get outcomes(): readonly Outcome[] {
    const lines = this.#printed.split("\n").slice(0, -1);
    return lines.map(parse).sort((a, b) => a.started - b.started);
  }

  /** How many of the newest questions in a row were answered well, of those asked since then (milliseconds since the epoch). */
  succeededInARow(since = 0): number {
    const newestFirst = this.outcomes.filter(({ started }) => started >= since).toReversed();
    const failure = newestFirst.findIndex(({ outcome }) => outcome !== "200");
    return failure === -1 ? newestFirst.length : failure;
  }

  /** Ends the stream and waits for the last answers. */
  async stop(): Promise<void> {
    const ended = once(this.#process, "close");
    this.#process.kill("SIGTERM");
    await ended;
  }
}

function parse(line: string): Outcome {
  const [started = "", took = "", outcome = ""] = line.split(" ");
  return { started: Number(started), took: Number(took), outcome };
}

export function failures(outcomes: readonly Outcome[]): readonly Outcome[] {
  return outcomes.filter(({ outcome }) => outcome !== "200");
}

/** Seconds from `since` until the site answered without another failure. */
export function recoverySeconds(outcomes: readonly Outcome[], since: number): number {
  const last = failures(outcomes).at(-1);
  if (last === undefined) return 0;
  const next = outcomes.find(({ started, outcome }) => started > last.started && outcome === "200");
  if (next === undefined) throw new Error("the site did not recover while it was watched");
  return (next.started + next.took - since) / 1000;
}

/** Seconds of the longest time without a good answer: from the first failed question to the next answer. */
export function longestGap(outcomes: readonly Outcome[]): number {
  let since: number | undefined;
  let longest = 0;
  for (const { started, took, outcome } of outcomes) {
    if (outcome !== "200") since ??= started;
    else if (since !== undefined) {
      longest = Math.max(longest, started + took - since);
      since = undefined;
    }
  }
  return longest / 1000;
}
