/** Files of bytes that nothing makes shorter, and what became of them. */
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { curl, type Reply, resultOf } from "./curl.ts";

export class Files {
  #folder: string | undefined;

  /** A new file of so many bytes. */
  random(name: string, bytes: number): string {
    return this.write(name, randomBytes(bytes));
  }

  write(name: string, content: Buffer | string): string {
    this.#folder ??= mkdtempSync(join(tmpdir(), "ckan-peers-"));
    const path = join(this.#folder, name);
    writeFileSync(path, content);
    return path;
  }

  /** A file of zeros, which takes no room on this disk. */
  sparse(name: string, bytes: number): string {
    const path = this.write(name, "");
    truncateSync(path, bytes);
    return path;
  }

  remove(): void {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true });
  }
}

export function hashOf(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

/** What the site gives those who download what was uploaded; why not, if it was not taken. */
export async function downloadedHash(upload: Reply, token: string): Promise<string> {
  if (upload.status !== 200) return `curl ended with ${upload.code}, answer ${upload.status}`;
  const { status, body } = await curl(["-L", resultOf<{ url: string }>(upload).url], { token });
  return status === 200 ? hashOf(body) : `answer ${status}`;
}
