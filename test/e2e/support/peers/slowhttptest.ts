/** Attacks by slowhttptest, which others wrote to show what a server does about them. */
import { stripVTControlCharacters } from "node:util";
import { runPeer } from "./tools.ts";

export interface Attack {
  /** Its own words, such as `No open connections left` or `Hit test time limit`. */
  readonly outcome: string;
  /** Until all connections were closed, or the time of the test was over. */
  readonly seconds: number;
}

export async function slowhttptest(args: readonly string[], seconds: number): Promise<Attack> {
  // -v 1: a report at the end and every five seconds.
  const { stdout, stderr } = await runPeer("slowhttptest", [...args, "-l", String(seconds), "-v", "1"]);
  const text = stripVTControlCharacters(stdout.toString());
  const ended = /Test ended on (\d+)th second\s+Exit status:\s*(.+)/.exec(text);
  if (ended === null) throw new Error(`slowhttptest did not say how it ended:\n${text.slice(-2000)}\n${stderr}`);
  return { outcome: ended[2]?.trim() ?? "", seconds: Number(ended[1]) };
}
