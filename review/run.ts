/** Runs previews and reads recorded ones. A failure of one stack becomes its outcome, so that the others are still reported. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { text as textOf } from "node:stream/consumers";
import { printViolations } from "./policies.ts";
import { type Preview, PreviewError, parsePreview } from "./preview.ts";
import type { Outcome } from "./report.ts";

export interface Previews {
  /** Command and first arguments in place of `pulumi`. */
  readonly command: readonly string[];
  /** Folders of policy packs for each preview. */
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
  // The engine reports errors in the JSON if it got that far, otherwise on standard error or output.
  const message = `${printed.stderr}\n${printed.stdout}`.trim() || `ended with ${printed.code} and said nothing`;
  return outcome(stack, printed.stdout, printed.code !== 0, message);
}

/** Reads the recorded output of `pulumi preview --json`. */
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
