/** Images of one static program, as archives that container runtimes can import. */
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { run } from "../toolchain/process.ts";

/** Writes a docker-archive that holds only `program`, at each of these paths; the first is the entry point. An existing archive is kept. */
export async function ensureProgramImage(
  reference: string,
  program: string,
  archive: string,
  places: readonly [string, ...string[]] = ["program"],
): Promise<void> {
  if (existsSync(archive)) return;
  mkdirSync(dirname(archive), { recursive: true });
  const work = mkdtempSync(join(dirname(archive), "image-"));
  try {
    const [entryPoint, ...others] = places.map((place) => join(work, "root", place)) as [string, ...string[]];
    mkdirSync(dirname(entryPoint), { recursive: true });
    copyFileSync(program, entryPoint);
    chmodSync(entryPoint, 0o755);
    for (const other of others) {
      mkdirSync(dirname(other), { recursive: true });
      linkSync(entryPoint, other);
    }
    await tar(join(work, "layer.tar"), join(work, "root"), places);
    const layer = readFileSync(join(work, "layer.tar"));
    const configuration = {
      architecture: process.arch === "x64" ? "amd64" : process.arch,
      os: "linux",
      config: { Entrypoint: [`/${places[0]}`] },
      rootfs: { type: "layers", diff_ids: [`sha256:${createHash("sha256").update(layer).digest("hex")}`] },
    };
    writeFileSync(join(work, "config.json"), JSON.stringify(configuration));
    const manifest = [{ Config: "config.json", RepoTags: [reference], Layers: ["layer.tar"] }];
    writeFileSync(join(work, "manifest.json"), JSON.stringify(manifest));
    await tar(join(work, "image.tar"), work, ["manifest.json", "config.json", "layer.tar"]);
    renameSync(join(work, "image.tar"), archive);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Without owners and timestamps, so that the same program always gives the same image. */
async function tar(archive: string, folder: string, files: readonly string[]): Promise<void> {
  const neutral = ["--owner=0", "--group=0", "--numeric-owner", "--mtime=@0", "--format=ustar"];
  await run("tar", [...neutral, "-C", folder, "-cf", archive, ...files]);
}
