/** Imports images into the local cluster's container runtime, each once. */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { run } from "../toolchain/process.ts";
import { step } from "../toolchain/steps.ts";
import { containerdSocket, importRecord } from "./settings.ts";

export interface ImageArchive {
  readonly reference: string;
  /** A docker-archive; its file name identifies its recipe. */
  readonly archive: string;
}

/** Imports into the embedded node's containerd. */
export function importArchives(images: readonly ImageArchive[]): Promise<void> {
  return importOnce(images, importRecord, (archive) =>
    run("ctr", ["--address", containerdSocket, "--namespace", "k8s.io", "images", "import", archive]),
  );
}

/** Imports what the record does not list yet. The record lies beside the images, so that wiping one wipes the other. */
export async function importOnce(
  images: readonly ImageArchive[],
  record: string,
  importArchive: (archive: string) => Promise<unknown>,
): Promise<void> {
  const imported: Record<string, string> = existsSync(record) ? JSON.parse(readFileSync(record, "utf8")) : {};
  const missing = images.filter(({ reference, archive }) => imported[reference] !== identity(archive));
  if (missing.length === 0) return;
  await step(`Importing ${missing.length} image(s) into the local cluster`, async () => {
    mkdirSync(dirname(record), { recursive: true });
    for (const { reference, archive } of missing) {
      await importArchive(archive);
      imported[reference] = identity(archive);
      writeFileSync(record, JSON.stringify(imported, null, 2));
    }
  });
}

function identity(archive: string): string {
  const { size, mtimeMs } = statSync(archive);
  return `${basename(archive)} ${size} ${mtimeMs}`;
}
