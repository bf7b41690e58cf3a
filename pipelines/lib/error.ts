/** Errors of pipeline scripts: a message with a remedy, without a stack trace. */

export class PipelineError extends Error {
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.name = "PipelineError";
    this.remedy = remedy;
  }
}

/** Runs a script's main function and exits with its result; 1 for every error. */
export async function main(script: () => Promise<number> | number): Promise<void> {
  try {
    process.exitCode = await script();
  } catch (error) {
    process.exitCode = 1;
    console.error(`Failed: ${error instanceof Error ? error.message : String(error)}`);
    console.error(
      `What to do: ${error instanceof PipelineError ? error.remedy : "see the arguments in docs/pipelines.md"}`,
    );
  }
}
