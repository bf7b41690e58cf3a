/** The Kubernetes objects of a stack, as files. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { readStackFile } from "./stack-file.ts";
import { type Declared, synthesize } from "./synthesize.ts";

/** Everything that the program registers for a stack, components included. `file` defaults to the project's stack file. */
export function synthesizeStack(stack: string, file?: string): Promise<readonly Declared[]> {
  const own = stackFileOf(stack);
  const missing = `There is no stack file Pulumi.${stack}.yaml: expected the name of a stack such as prod`;
  const configuration = file === undefined ? readStackFile(own, missing) : readStackFile(file);
  return synthesize({ project: "ckan", stack, configuration, declare: declareProgram });
}

/** The stack file's path in the project. */
export function stackFileOf(stack: string): string {
  return join(root, `Pulumi.${stack}.yaml`);
}

const root = fileURLToPath(new URL("..", import.meta.url));

let runs = 0;

/** Runs index.ts. Node caches modules, so a unique query makes each run load it anew. */
export function declareProgram(): Promise<typeof import("../index.ts")> {
  runs += 1;
  const program = new URL(`../index.ts?run=${runs}`, import.meta.url);
  return import(program.href);
}

export async function renderStack(stack: string): Promise<ReadonlyMap<string, string>> {
  return renderObjects(await synthesizeStack(stack));
}

/** File name and YAML text of every Kubernetes object, sorted by name. */
export function renderObjects(resources: readonly Declared[]): ReadonlyMap<string, string> {
  const objects = resources.filter(isKubernetesObject).map(kubernetesObject);
  const files = objects.map((object) => [fileName(object), stringify(object, yamlOptions)] as const);
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** kubectl reads YAML 1.1, where a bare `yes` is true. */
const yamlOptions = { lineWidth: 0, version: "1.1" } as const;

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
}

export function isKubernetesObject(resource: Declared): boolean {
  return resource.custom && resource.type.startsWith("kubernetes:");
}

/** Objects without a name get the logical one; an `up` would add a random suffix. */
export function kubernetesObject({ name, inputs }: Declared): KubernetesObject {
  const { apiVersion, kind, metadata: given, ...rest } = inputs;
  const metadata = { name, ...(given as object) };
  // Masked values are not base64. As stringData they leave a file that the API server would accept.
  const { data, ...others } = rest;
  const content = kind === "Secret" ? { ...others, stringData: data } : rest;
  return { apiVersion, kind, metadata, ...content } as unknown as KubernetesObject;
}

function fileName({ kind, metadata }: KubernetesObject): string {
  return `${[metadata.namespace, kind.toLowerCase(), metadata.name].filter((part) => part !== undefined).join(".")}.yaml`;
}
