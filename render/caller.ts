/** Paths relative to the caller's folder: npm runs scripts in the project's root, wherever it was called. */
import { resolve } from "node:path";

export function fromCaller(path: string): string {
  return resolve(process.env["INIT_CWD"] ?? ".", path);
}
