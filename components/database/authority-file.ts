/** The authorities of a server's certificate as a file: PostgreSQL's provider reads them from nothing else. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Below the program's folder, in which providers run as well. Relative, so that the state is the same on every machine. */
const folder = ".authorities";

/** Writes the certificates (PEM), and returns the path. The file is no secret; what asks the server without the program needs it too. */
export function authorityFile(name: string, certificates: string): string {
  const path = join(folder, `${name}.pem`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, certificates);
  return path;
}
