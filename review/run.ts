/** Starts previews and reads recorded ones. What goes wrong with one stack is its outcome, so that the others are still reported. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { text as textOf } from "node:stream/consumers";
import { printViolations } from "./policies.ts";
import { type Preview, PreviewError, parsePreview } from "./preview.ts";
import type { Outcome } from "./report.ts";

export interface Previews {
  /** Command and first arguments that stand for `pulumi`. */
  readonly command: readonly string[];
  /** Folders of policy packs that take part in each preview. */
  readonly policyPacks: readonly string[];
}

interface Printed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `pulumi preview --json` on a stack. */
export async function preview(stack: string, { command, policyPacks }: Previews): Promise<Outcome> {
  const packs = policyPacks.flatMap((folder) => ["--policy-pack", folder]);
  const printed = await run([...command, "preview", "--json", "--stack", stack, "--non-interactive", ...packs]);
  // The engine says what went wrong in the JSON as long as it got that far, and beside it otherwise.
  const message = `${printed.stderr}\n${printed.stdout}`.trim() || `ended with ${printed.code} and said nothing`;
  return outcome(stack, printed.stdout, printed.code !== 0, message);
}

/** Reads what an earlier `pulumi preview --json` printed. */
export function recorded(stack: string, path: string): Outcome {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    return { kind: "failed", stack, message: `${path} cannot be read: ${(error as NodeJS.ErrnoException).code}` };
  }
  return outcome(stack, text, false);
}

function outcome(stack: string, text: string, failed: boolean, message?: string): Outcome {
  let read: Preview;
  try {
    read = parsePreview(text);
  } catch (error) {
    if (!(error instanceof PreviewError)) throw error;
    return { kind: "failed", stack, message: failed ? (message ?? error.message) : error.message };
  }
  return { kind: "previewed", stack, preview: read, failed };
}

async function run([program = "", ...args]: readonly string[]): Promise<Printed> {
  const env = { ...process.env, ...printViolations };
  const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<Printed | number>((resolve) => {
    child.on("error", (error) => resolve({ code: 127, stdout: "", stderr: error.message }));
    child.on("close", (code) => resolve(code ?? 1));
  });
  const [end, stdout, stderr] = await Promise.all([ended, textOf(child.stdout), textOf(child.stderr)]);
  return typeof end === "number" ? { code: end, stdout, stderr } : end;
}
