/** The CA certificates of a server as a file: PostgreSQL's provider only reads them from files. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Inside the program's folder, which is the providers' working directory. Relative, so that the state is the same on every machine. */
const folder = ".authorities";

/**
 * Writes the certificates (PEM) and returns the path. The file is not secret. `pulumi` commands that do not run the program need it too.
 */
export function authorityFile(name: string, certificates: string): string {
  const path = join(folder, `${name}.pem`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, certificates);
  return path;
}
