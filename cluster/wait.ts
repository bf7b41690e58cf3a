/** Polling for the effect of another program. */
import { ToolchainError } from "../toolchain/steps.ts";

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Polls until `check` returns true; fails after `seconds` and says where to look. */
export async function waitFor(
  what: string,
  seconds: number,
  logFolder: string,
  check: () => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  while (!(await check())) {
    if (performance.now() > deadline) {
      throw new ToolchainError(
        `waited ${seconds} s in vain: ${what}`,
        `read the logs in ${logFolder}, mend the cause and run the same command again`,
      );
    }
    await sleep(100);
  }
}
