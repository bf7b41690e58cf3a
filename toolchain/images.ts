/**
 * Builds the images of `images/catalogue.json` into archives that a cluster can import. Archives are cached by their recipe's hash: an
 * existing image is never rebuilt, and a killed build continues with the image it was at.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  type BaseImage,
  type Catalogue,
  type Image,
  imagesFolder,
  readCatalogue,
  recipeHash,
  sourceOf,
} from "./images/catalogue.ts";
import { type Engine, findEngine, requireDebootstrap } from "./images/engine.ts";
import { lock } from "./images/lock.ts";
import { debianMirror } from "./images/machine-settings.ts";
import { cacheRoot } from "./paths.ts";
import { run } from "./process.ts";
import { main, print, step } from "./steps.ts";

export interface ImageArchive {
  /** Image reference in pod specs. */
  readonly reference: string;
  /** Path of the docker-archive. */
  readonly archive: string;
}

const archives = join(cacheRoot, "images");

/** Paths of all archives, built or not. */
export function imageArchives(): readonly ImageArchive[] {
  const catalogue = readCatalogue();
  return catalogue.images.map((image) => place(catalogue, image));
}

/** Builds missing images and returns all archives, in the order of the catalogue. */
export async function buildImages(): Promise<readonly ImageArchive[]> {
  const catalogue = readCatalogue();
  const missing = catalogue.images.filter((image) => !existsSync(place(catalogue, image).archive));
  print(`Images: ${catalogue.images.length - missing.length} of ${catalogue.images.length} are cached in ${archives}`);
  if (missing.length > 0) {
    mkdirSync(archives, { recursive: true });
    const unlock = lock(join(archives, "lock"));
    try {
      await buildMissing(catalogue, missing);
    } finally {
      unlock();
    }
  }
  return imageArchives();
}

async function buildMissing(catalogue: Catalogue, missing: readonly Image[]): Promise<void> {
  const engine = await findEngine();
  try {
    await ensureBase(catalogue, engine);
    for (const image of missing) {
      const { reference } = place(catalogue, image);
      await step(`Building ${reference} with ${engine.title}`, (note) => buildImage(catalogue, engine, image, note));
    }
  } finally {
    await engine.release();
  }
}

async function buildImage(
  catalogue: Catalogue,
  engine: Engine,
  image: Image,
  note: (text: string) => void,
): Promise<void> {
  const args: Record<string, string> = { ...image.args, BASE_IMAGE: storedName(catalogue, catalogue.base) };
  for (const [argument, name] of Object.entries(image.copiesFrom ?? {})) {
    const source = sourceOf(catalogue, name);
    await ensureLoaded(catalogue, engine, source);
    args[argument] = storedName(catalogue, source);
  }
  await buildAndSave(catalogue, engine, image, args);
  note(`${(statSync(place(catalogue, image).archive).size / 1e6).toFixed(0)} MB`);
}

/** The public base image if it can be pulled, otherwise our own. Kept as an archive, so that all images share one base. */
async function ensureBase(catalogue: Catalogue, engine: Engine): Promise<void> {
  const { base } = catalogue;
  const { reference, archive } = place(catalogue, base);
  const name = storedName(catalogue, base);
  if (existsSync(archive)) return ensureLoaded(catalogue, engine, base);
  const pulled = await step(`Pulling ${base.pull}`, async (note) => {
    const answer = await engine.pull(base.pull, name);
    if (!answer) note("it cannot be reached");
    return answer;
  });
  if (pulled) {
    await save(engine, name, reference, archive);
    return;
  }
  await step(`No registry of images can be reached: bootstrapping ${reference} from Debian packages`, async () => {
    await requireDebootstrap();
    await buildAndSave(catalogue, engine, base, {});
  });
}

/** The archive may be all that is left of an image: the engine's own storage can be deleted at any time. */
async function ensureLoaded(catalogue: Catalogue, engine: Engine, image: Image | BaseImage): Promise<void> {
  const name = storedName(catalogue, image);
  if (await engine.has(name)) return;
  const { reference, archive } = place(catalogue, image);
  await engine.load(archive, reference, name);
}

async function buildAndSave(
  catalogue: Catalogue,
  engine: Engine,
  image: Image | BaseImage,
  args: Readonly<Record<string, string>>,
): Promise<void> {
  const { reference, archive } = place(catalogue, image);
  const name = storedName(catalogue, image);
  const log = join(cacheRoot, "log", `image-${image.name}.log`);
  const context = join(archives, "context");
  rmSync(context, { recursive: true, force: true });
  cpSync(join(imagesFolder, image.folder), context, { recursive: true });
  try {
    await prepare(image, context, log);
    await engine.build({ name, context, args, log });
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
  await save(engine, name, reference, archive);
}

/** Makes what cannot be made inside an image: binaries compiled on this machine, a root file system. */
async function prepare(image: Image | BaseImage, context: string, log: string): Promise<void> {
  const script = join(context, "prepare.sh");
  if (!existsSync(script)) return;
  const mirror = debianMirror();
  const args = "args" in image ? image.args : {};
  await run("sh", [script, context], {
    log,
    env: { ...process.env, ...(mirror && { DEBIAN_MIRROR: mirror }), ...args },
  });
}

/** Renamed at the end, so that an archive is always complete; deletes archives of the image's earlier recipes. */
async function save(engine: Engine, name: string, reference: string, archive: string): Promise<void> {
  const partial = `${archive}.partial`;
  rmSync(partial, { force: true });
  await engine.save(name, reference, partial);
  renameSync(partial, archive);
  const family = archive.replace(/[0-9a-f]{12}\.tar$/, "");
  for (const file of readdirSync(archives).map((entry) => join(archives, entry))) {
    if (
      file !== archive &&
      file.startsWith(family) &&
      /^[0-9a-f]{12}\.tar(\.partial)?$/.test(file.slice(family.length))
    ) {
      rmSync(file);
    }
  }
}

function place(catalogue: Catalogue, image: Image | BaseImage): ImageArchive {
  const { name, tag } = image;
  return {
    reference: `${catalogue.registry}/${name}:${tag}`,
    archive: join(archives, `${name}-${tag}-${recipeHash(catalogue, image)}.tar`),
  };
}

/** The recipe's hash is the tag: the engine's storage may hold the same reference from an older recipe. */
function storedName(catalogue: Catalogue, image: Image | BaseImage): string {
  return `${catalogue.registry}/${image.name}:recipe-${recipeHash(catalogue, image)}`;
}

if (import.meta.main) {
  await main(async () => {
    for (const { reference, archive } of await buildImages()) process.stdout.write(`${reference} ${archive}\n`);
  });
}
