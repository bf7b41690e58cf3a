/** Changes of stack files as people make them, for the review report. */
import { readStackFile, type StackFile } from "./engine.ts";

type Node = Readonly<Record<string, unknown>>;

/** One value of a stack file: where it stands, and what stands there afterwards; undefined takes the key away. */
export interface Edit {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** The committed production file, on a version of CKAN that a change can leave. */
export function production(): StackFile {
  return earlier(onTestCluster(readStackFile("prod"), "kubernetes"), "registry.example.org/ckan/ckan:2.11.5-3");
}

/** Two sites of the committed dev file: servers and volumes in the cluster, and a group of workers for long loads. */
export function twoSites(): StackFile {
  const file = onTestCluster(readStackFile("dev"), "local");
  const { opendata } = file["ckan:instances"] as Readonly<Record<string, Node>>;
  return edited(
    file,
    { path: ["ckan:instances", "geodata"], value: { ...opendata, exposure: { kind: "node-port", nodePort: 30501 } } },
    { path: ["ckan:instances", "opendata", "workers", "bulk"], value: { queues: ["bulk"] } },
  );
}

/** The file with some of its values changed. */
export function edited(file: StackFile, ...edits: readonly Edit[]): StackFile {
  return edits.reduce<StackFile>((changed, { path, value }) => replaced(changed, path, value) as StackFile, file);
}

/** A setting of every site. */
export function setting(path: string, value: unknown): Edit {
  return { path: ["ckan:defaults", ...path.split(".")], value };
}

/** A setting of one site. */
export function ofSite(site: string, path: string, value: unknown): Edit {
  return { path: ["ckan:instances", site, ...path.split(".").filter(Boolean)], value };
}

function onTestCluster(file: StackFile, platform: string): StackFile {
  return edited(file, { path: ["ckan:cluster"], value: { platform, context: "ckan-local" } });
}

function earlier(file: StackFile, image: string): StackFile {
  return edited(file, setting("ckan.version", "2.11.5"), setting("ckan.image", image));
}

/** Keys keep their order: Pulumi declares in it. */
function replaced(node: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const before = (node ?? {}) as Node;
  const after = { ...before, [key]: replaced(before[key], rest, value) };
  return Object.fromEntries(Object.entries(after).filter(([, each]) => each !== undefined));
}
