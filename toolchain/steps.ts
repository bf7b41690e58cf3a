/** Progress that a person can follow: one line when a step starts, one with its duration when it ends. */

const started = performance.now();

/** Thrown for what the user can mend: printed without a stack trace, together with what to do next. */
export class ToolchainError extends Error {
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.name = "ToolchainError";
    this.remedy = remedy;
  }
}

/** Runs one step and prints how long it took; `cached` steps say so, because nothing was done. */
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

/** Prints one line of progress to standard error, with the time since the command started. */
export function print(text: string): void {
  process.stderr.write(`[${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s] ${text}\n`);
}

/** Runs a command's main function and turns a failure into a message with a remedy and exit code 1. */
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
