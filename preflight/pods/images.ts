/** Checks that the nodes can pull every image: one pod with a container per image, none of which has to run. */
import { type KubernetesObject, podSpecOf, title } from "../needs.ts";
import { met, missing, notKnown, type Row } from "../row.ts";
import { list, text } from "../values.ts";
import type { PodEnd, Pull } from "./looking.ts";

export interface Image {
  readonly image: string;
  /** The first object that uses it. */
  readonly by: string;
  /** Whether every pod that uses it has a pull Secret of the stack. */
  readonly isLocked: boolean;
}

export const imagesPod = "images";

/** Each once, sorted by name. */
export function imagesOf(objects: readonly KubernetesObject[]): readonly Image[] {
  const found = new Map<string, Image>();
  for (const object of objects) {
    const isLocked = list(podSpecOf(object)?.["imagePullSecrets"]).length > 0;
    for (const image of imagesIn(object)) {
      // A single pod without a pull Secret shows that the image needs none.
      const before = found.get(image);
      found.set(image, { image, by: before?.by ?? title(object), isLocked: isLocked && (before?.isLocked ?? true) });
    }
  }
  return [...found.values()].sort((a, b) => (a.image < b.image ? -1 : 1));
}

function imagesIn(object: KubernetesObject): readonly string[] {
  const { kind, spec = {} } = object;
  // CloudNativePG creates the pods from it.
  if (kind === "Cluster") return [text(spec["imageName"])].flatMap((image) => image ?? []);
  const pod = podSpecOf(object) ?? {};
  return [...list(pod["initContainers"]), ...list(pod["containers"])].flatMap(({ image }) => text(image) ?? []);
}

/** The images to try: those without a pull Secret of the stack. */
export function tried(images: readonly Image[]): readonly Image[] {
  return images.filter(({ isLocked }) => !isLocked);
}

export function containerName(index: number): string {
  return `image-${index}`;
}

export function isTold({ pulls }: PodEnd, images: readonly Image[]): boolean {
  return tried(images).every((_, index) => pullOf(pulls, index)?.end !== undefined);
}

/** One row per image. */
export function imageRows(images: readonly Image[], pod: PodEnd | undefined): readonly Row[] {
  return images.map((image) => rowOf(image, pod, pullOf(pod?.pulls ?? [], tried(images).indexOf(image))));
}

function pullOf(pulls: readonly Pull[], index: number): Pull | undefined {
  return pulls.find(({ container }) => container === containerName(index));
}

function rowOf({ image, by, isLocked }: Image, pod: PodEnd | undefined, pull: Pull | undefined): Row {
  const need = `image ${image}`;
  if (isLocked) {
    return notKnown(need, "not tried: it is pulled with a password of the stack's", "only an up shows it");
  }
  switch (pull?.end) {
    case "pulled":
      return met(need, "can be pulled");
    case "failed": {
      const remedy = `look at the image's name (${by} has it), at the registry, and whether the nodes may pull from there`;
      return missing(need, pull.reason ?? "cannot be pulled", remedy);
    }
    default: {
      const seen = pull?.reason ?? pod?.reason ?? "nothing was heard of the pod that tries it";
      return notKnown(need, `not pulled so far: ${seen}`, "run preflight again: what is on a node is not pulled anew");
    }
  }
}
