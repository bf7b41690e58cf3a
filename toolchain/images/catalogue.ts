/** What `images/catalogue.json` says, and the hash that tells whether an image has to be built again. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../paths.ts";

export interface Image {
  readonly name: string;
  /** Version of the software, then our own revision of the recipe. */
  readonly tag: string;
  /** Folder below `images/` with the Containerfile. */
  readonly folder: string;
  /** Build arguments; environment variables of `prepare.sh` as well. */
  readonly args: Readonly<Record<string, string>>;
  /** Build argument to name of the image that its Containerfile copies files from. */
  readonly copiesFrom?: Readonly<Record<string, string>>;
}

export interface BaseImage extends Omit<Image, "args" | "copiesFrom"> {
  /** The public image that is used when it can be pulled. */
  readonly pull: string;
}

export interface Catalogue {
  readonly registry: string;
  readonly base: BaseImage;
  /** An image stands after the images that it copies from. */
  readonly images: readonly Image[];
}

export const imagesFolder = join(projectRoot, "images");

export function readCatalogue(): Catalogue {
  return JSON.parse(readFileSync(join(imagesFolder, "catalogue.json"), "utf8")) as Catalogue;
}

/** The image that another one copies from. */
export function sourceOf(catalogue: Catalogue, name: string): Image {
  const image = catalogue.images.find((candidate) => candidate.name === name);
  if (!image) throw new Error(`images/catalogue.json: no image is named "${name}", but copiesFrom asks for it`);
  return image;
}

/** Changes when anything changes that goes into the image: its folder, its entry, or an image below it. */
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
