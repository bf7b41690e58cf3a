/** Promotes the images that one environment has tested to the next one: replaces values in a stack file and nothing else. */
import { isMap, isScalar, parseDocument } from "yaml";
import { PipelineError } from "./error.ts";

/** One value that promotion replaces in the target's file. */
export interface Replacement {
  /** Such as `defaults.ckan.image`. */
  readonly key: string;
  readonly from: string;
  readonly to: string;
}

export interface Promotion {
  readonly text: string;
  readonly replaced: readonly Replacement[];
  /** Images of the target that the source does not have, so that it proves nothing about them. */
  readonly untested: readonly string[];
}

/** The setting that holds a part's image. */
const imageKey = "image";
const versionKey = "version";
const roots = { defaults: "ckan:defaults", instances: "ckan:instances" } as const;

type Path = readonly string[];

/** A value of a stack file and its position in the text. */
interface Value {
  readonly path: Path;
  readonly value: string;
  readonly range: readonly [start: number, end: number];
}

/** @throws PipelineError when an image has no digest (unless `tags`), or when the target's file has no place for a value */
export function promote(source: string, target: string, { tags = false } = {}): Promotion {
  const [tested, values] = [readValues(source), readValues(target)];
  const wanted = values.flatMap((value) => {
    const found = testedValue(tested, value.path);
    return found === undefined ? [] : [{ value, to: found.value }];
  });
  if (!tags) refuseTags(wanted.filter(({ value }) => value.path.at(-1) === imageKey).map(({ to }) => to));
  refuseOwnImages(tested, values, sites(target));
  const changed = wanted.filter(({ value, to }) => value.value !== to);
  return {
    text: changed
      .toSorted((one, other) => other.value.range[0] - one.value.range[0])
      .reduce((text, { value, to }) => text.slice(0, value.range[0]) + to + text.slice(value.range[1]), target),
    replaced: changed.map(({ value, to }) => ({ key: value.path.join("."), from: value.value, to })),
    untested: values
      .filter(({ path }) => path.at(-1) === imageKey && testedValue(tested, path) === undefined)
      .map(({ path }) => path.join(".")),
  };
}

export function hasDigest(image: string): boolean {
  return /@sha256:[0-9a-f]{64}$/.test(image);
}

/** All images of a stack file, by key. */
export function images(text: string): ReadonlyMap<string, string> {
  const found = readValues(text).filter(({ path }) => path.at(-1) === imageKey);
  return new Map(found.map(({ path, value }) => [path.join("."), value]));
}

/** The site's own value, or the default's, as the program merges them. */
function testedValue(tested: readonly Value[], path: Path): Value | undefined {
  const at = (sought: Path) => tested.find((value) => value.path.join(".") === sought.join("."));
  return at(path) ?? (path[0] === "instances" ? at(["defaults", ...path.slice(2)]) : undefined);
}

function refuseTags(found: readonly string[]): void {
  const without = [...new Set(found)].filter((image) => !hasDigest(image));
  if (without.length === 0) return;
  throw new PipelineError(
    `without a digest: ${without.join(", ")}`,
    "write registry/name:tag@sha256:... into the source's stack file, so that what was tested is what is promoted; --allow-tags takes tags as they are",
  );
}

/** Otherwise a site that tested its own image would get the default's. */
function refuseOwnImages(tested: readonly Value[], values: readonly Value[], targets: readonly string[]): void {
  const at = (list: readonly Value[], path: Path) => list.find((value) => value.path.join(".") === path.join("."));
  const missing = tested.find(({ path, value }) => {
    const [root, site = "", ...rest] = path;
    if (root !== "instances" || !targets.includes(site)) return false;
    const shared = ["defaults", ...rest];
    return !at(values, path) && at(values, shared) !== undefined && at(tested, shared)?.value !== value;
  });
  if (missing === undefined) return;
  const key = missing.path.join(".");
  throw new PipelineError(
    `the source has ${key} for this site alone, and the target's file has no such key`,
    `write ${key} into the target's file by hand, then promote again`,
  );
}

/** Names of the sites in a stack file. */
function sites(text: string): readonly string[] {
  const found = parseDocument(text).getIn(["config", roots.instances]);
  return isMap(found) ? found.items.map(({ key }) => String(key)) : [];
}

/** Images, and the CKAN version, which describes the content of one of them. */
function readValues(text: string): readonly Value[] {
  const document = parseDocument(text, { keepSourceTokens: true });
  const [error] = document.errors;
  if (error !== undefined) throw new PipelineError(`a stack file is no YAML: ${error.message}`, "mend the file");
  const values = Object.entries(roots).flatMap(([name, key]) => below(document.getIn(["config", key]), [name]));
  return values.filter(({ path }) => path.at(-1) === imageKey || path.slice(-2).join(".") === `ckan.${versionKey}`);
}

function below(node: unknown, path: Path): readonly Value[] {
  if (isMap(node)) return node.items.flatMap(({ key, value }) => below(value, [...path, String(key)]));
  if (!isScalar(node) || typeof node.value !== "string" || node.range == null) return [];
  const [start, end] = node.range;
  return [{ path, value: node.value, range: [start, end] }];
}
