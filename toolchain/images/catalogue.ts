/** Reads `images/catalogue.json`, and computes the hash that decides whether an image must be rebuilt. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../paths.ts";

export interface Image {
  readonly name: string;
  /** Version of the software, then our revision of the recipe. */
  readonly tag: string;
  /** Folder below `images/` with the Containerfile. */
  readonly folder: string;
  /** Build arguments, also passed to `prepare.sh` as environment variables. */
  readonly args: Readonly<Record<string, string>>;
  /** Build argument by name of the image that the Containerfile copies files from. */
  readonly copiesFrom?: Readonly<Record<string, string>>;
}

export interface BaseImage extends Omit<Image, "args" | "copiesFrom"> {
  /** The public image, used if it can be pulled. */
  readonly pull: string;
}

export interface Catalogue {
  readonly registry: string;
  readonly base: BaseImage;
  /** In build order: an image comes after those that it copies from. */
  readonly images: readonly Image[];
}

export const imagesFolder = join(projectRoot, "images");

export function readCatalogue(): Catalogue {
  return JSON.parse(readFileSync(join(imagesFolder, "catalogue.json"), "utf8")) as Catalogue;
}

/** The image that another one copies files from. */
export function sourceOf(catalogue: Catalogue, name: string): Image {
  const image = catalogue.images.find((candidate) => candidate.name === name);
  if (!image) throw new Error(`images/catalogue.json: no image is named "${name}", but copiesFrom asks for it`);
  return image;
}

/** Changes with anything that goes into the image: its folder, its entry, or an image that it is based on or copies from. */
export function recipeHash(catalogue: Catalogue, image: Image | BaseImage): string {
  const hash = createHash("sha256").update(JSON.stringify(image));
  if ("args" in image) {
    hash.update(recipeHash(catalogue, catalogue.base));
    for (const name of Object.values(image.copiesFrom ?? {})) {
      hash.update(recipeHash(catalogue, sourceOf(catalogue, name)));
    }
  }
  const folder = join(imagesFolder, image.folder);
  for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" }).sort()) {
    if (statSync(join(folder, path)).isFile()) hash.update(`${path}\0`).update(readFileSync(join(folder, path)));
  }
  return hash.digest("hex").slice(0, 12);
}
