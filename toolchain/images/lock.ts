/** Allows one build at a time: two would delete each other's working containers. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { ToolchainError } from "../steps.ts";

/** Takes the lock and returns the function that releases it. A lock of a dead process is ignored. */
export function lock(file: string): () => void {
  try {
    writeFileSync(file, `${process.pid}\n`, { flag: "wx" });
  } catch {
    const owner = Number(readFileSync(file, "utf8"));
    if (isRunning(owner)) {
      throw new ToolchainError(
        `process ${owner} is building images already`,
        "wait until it has ended, then run the same command",
      );
    }
    writeFileSync(file, `${process.pid}\n`);
  }
  return () => rmSync(file, { force: true });
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
