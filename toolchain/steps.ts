/** Progress output: one line when a step starts, one with its duration when it ends. */

const started = performance.now();

/** A user error: printed without a stack trace, with the remedy. */
export class ToolchainError extends Error {
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.name = "ToolchainError";
    this.remedy = remedy;
  }
}

/** Runs one step and prints its duration, with the notes that the step made, such as what it installed. */
export async function step<T>(title: string, action: (note: (text: string) => void) => Promise<T> | T): Promise<T> {
  const begin = performance.now();
  const notes: string[] = [];
  print(`${title} ...`);
  const beat = setInterval(() => print(`${title} ... still running, ${seconds(begin)} s`), 30_000);
  try {
    const result = await action((text) => notes.push(text));
    print(`${title}: done in ${seconds(begin)} s${notes.length > 0 ? ` (${notes.join(", ")})` : ""}`);
    return result;
  } finally {
    clearInterval(beat);
  }
}

/** Prints a progress line to standard error, with the time since the command started. */
export function print(text: string): void {
  process.stderr.write(`[${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s] ${text}\n`);
}

/** Runs a command's main function; prints a failure with its remedy and exits with code 1. */
export async function main(command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    process.exitCode = 1;
    if (error instanceof ToolchainError) {
      print(`Failed: ${error.message}`);
      print(`What to do: ${error.remedy}`);
    } else {
      throw error;
    }
  }
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1);
}
