/** Programs of others that ask the site, as its visitors do. */
import { spawn } from "node:child_process";
import { buffer } from "node:stream/consumers";
import { ensurePrograms } from "../../../../toolchain/packages.ts";

export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Installs what is missing, or fails and names it. */
export async function ensurePeers(): Promise<void> {
  await ensurePrograms({ curl: "curl", python3: "python3", slowhttptest: "slowhttptest" });
}

/** Runs a program beside others to its end. `started` gets its process. */
export async function runPeer(
  program: string,
  args: readonly string[],
  input = "",
  started: (signal: (name: NodeJS.Signals) => void) => void = () => {},
): Promise<Ended> {
  // Variables of a proxy would lead away from this machine.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/_proxy$/i.test(name)));
  const child = spawn(program, args, { env, stdio: ["pipe", "pipe", "pipe"] });
  // A program that does not read its input is no fault.
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  started((name) => child.kill(name));
  const [stdout, stderr, code] = await Promise.all([
    buffer(child.stdout),
    buffer(child.stderr),
    new Promise<number | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    }),
  ]);
  return { code, stdout, stderr: stderr.toString() };
}
