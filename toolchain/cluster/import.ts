/** Images into the embedded node's container runtime. */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { run } from "../process.ts";
import { step } from "../steps.ts";
import { containerdSocket, importRecord } from "./settings.ts";

export interface ImageArchive {
  readonly reference: string;
  /** A docker-archive; its name tells its recipe. */
  readonly archive: string;
}

/** Imports the archives that this container runtime does not hold yet. */
export async function importArchives(images: readonly ImageArchive[]): Promise<void> {
  const imported = readRecord();
  const missing = images.filter(({ reference, archive }) => imported[reference] !== identity(archive));
  if (missing.length === 0) return;
  await step(`Importing ${missing.length} image(s) into the local cluster`, async () => {
    for (const { reference, archive } of missing) {
      await run("ctr", ["--address", containerdSocket, "--namespace", "k8s.io", "images", "import", archive]);
      imported[reference] = identity(archive);
      mkdirSync(dirname(importRecord), { recursive: true });
      writeFileSync(importRecord, JSON.stringify(imported, null, 2));
    }
  });
}

function identity(archive: string): string {
  const { size, mtimeMs } = statSync(archive);
  return `${basename(archive)} ${size} ${mtimeMs}`;
}

/** Lies beside the images, so that wiping one wipes the other. */
function readRecord(): Record<string, string> {
  return existsSync(importRecord) ? JSON.parse(readFileSync(importRecord, "utf8")) : {};
}
