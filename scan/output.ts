/** Reads a scanner's output. Missing or unexpected output means that the scanner checked nothing. */
import type { z } from "zod";
import { tryRun } from "../toolchain/process.ts";
import { ToolchainError } from "../toolchain/steps.ts";

/** Runs a scanner and returns its standard output. Some exit with 1 when they found something: `codes` are those that mean success. */
export async function scannerOutput(
  program: string,
  args: readonly string[],
  codes: readonly number[] = [0, 1],
): Promise<string> {
  const { code, stdout, output } = await tryRun(program, args);
  if (codes.includes(code)) return stdout;
  throw unusable(program, `ended with ${code}: ${output}`);
}

/** Parses standard output as JSON of the given shape. */
export function readJson<T>(scanner: string, schema: z.ZodType<T>, output: string): T {
  let parsed: unknown;
  try {
    parsed = JSON.parse(output);
  } catch {
    throw unusable(scanner, output.trim() === "" ? "printed nothing" : `printed no JSON: ${output}`);
  }
  const result = schema.safeParse(parsed);
  if (!result.success) throw unusable(scanner, `printed something unexpected: ${result.error.message}`);
  return result.data;
}

function unusable(scanner: string, what: string): ToolchainError {
  return new ToolchainError(
    `${scanner} ${what.trim().slice(0, 2000)}`,
    "run `npm run scan` again; if it stays, compare the version in toolchain/versions.ts with what scan/ expects of it",
  );
}
