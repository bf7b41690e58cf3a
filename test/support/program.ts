/** Runs programs without an engine, and looks at what they registered. */
import * as pulumi from "@pulumi/pulumi";
import { declareProgram } from "../../render/stack.ts";
import { stackConfiguration } from "../../render/stack-file.ts";
import { type Declared, synthesize } from "../../render/synthesize.ts";
import type { StackFile } from "./configuration.ts";

/** What index.ts registers for a stack file. */
export function declaredBy(stackFile: StackFile, stack = "unit"): Promise<readonly Declared[]> {
  return synthesize({
    project: "ckan",
    stack,
    configuration: stackConfiguration(stackFile),
    declare: declareProgram,
  });
}

export interface Program {
  /** What index.ts exports: the stack's outputs. */
  readonly outputs: Awaited<ReturnType<typeof declareProgram>>;
  readonly resources: readonly Declared[];
}

/** What index.ts publishes and registers for a stack file. */
export async function programOf(stackFile: StackFile, stack = "unit"): Promise<Program> {
  const published: Program["outputs"][] = [];
  const resources = await synthesize({
    project: "ckan",
    stack,
    configuration: stackConfiguration(stackFile),
    declare: async () => {
      published.push(await declareProgram());
    },
  });
  const [outputs] = published;
  if (outputs === undefined) throw new Error("the program published nothing");
  return { outputs, resources };
}

export interface Refusal {
  readonly message: string;
  /** Number of resources that were registered all the same. */
  readonly registered: number;
}

/** How index.ts refuses a stack file. */
export async function refusalOf(stackFile: StackFile): Promise<Refusal> {
  let registered = 0;
  const configuration = stackConfiguration(stackFile);
  const declare = () => {
    countRegistrations(() => {
      registered += 1;
    });
    return declareProgram();
  };
  try {
    await synthesize({ project: "ckan", stack: "unit", configuration, declare });
  } catch (error) {
    await pulumi.runtime.disconnect();
    return { message: (error as Error).message, registered };
  }
  throw new Error(`the program accepted this stack file: ${registered} resources`);
}

interface Monitor {
  registerResource(request: { getType(): string }, ...rest: unknown[]): unknown;
}

function countRegistrations(count: () => void): void {
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, ...rest) => {
    if (request.getType() !== "pulumi:pulumi:Stack") count();
    return register(request, ...rest);
  };
}

export interface Alone<T> {
  readonly made: T;
  readonly resources: readonly Declared[];
}

/** What a few lines of a program make and register. */
export async function declareAlone<T>(declare: () => T | Promise<T>, configuration: StackFile = {}): Promise<Alone<T>> {
  const results: T[] = [];
  const resources = await synthesize({
    project: "test",
    stack: "unit",
    configuration: stackConfiguration(configuration),
    declare: async () => {
      results.push(await declare());
    },
  });
  const [made] = results;
  if (made === undefined) throw new Error("declare returned nothing");
  return { made, resources };
}

/** Kind and logical name of each resource, sorted: `core/v1:Secret opendata-queue-credentials`. */
export function inventory(resources: readonly Declared[]): readonly string[] {
  return resources.map(title).sort();
}

/** Without the hash of its content, which logical names of ConfigMaps and Secrets carry. */
export function title({ type, name }: Pick<Declared, "type" | "name">): string {
  const kind = type.replace(/^(?:kubernetes|ckan:index):/, "");
  return `${kind} ${/:(?:ConfigMap|Secret)$/.test(kind) ? name.replace(/-[0-9a-f]{8}$/, "") : name}`;
}

/** What a resource waits for, by title. The URNs of mocks name only the nearest parent, so that they are no help here. */
export function dependencies({ dependencies }: Declared): readonly string[] {
  return dependencies.map((urn) => {
    const [type = "", name = ""] = urn.split("::").slice(2);
    return title({ type: type.split("$").at(-1) ?? "", name });
  });
}

/** The one resource with this title. */
export function find(resources: readonly Declared[], wanted: string): Declared {
  const [found, ...others] = resources.filter((resource) => title(resource) === wanted);
  if (found === undefined || others.length > 0) throw new Error(`expected one "${wanted}", got ${others.length}`);
  return found;
}

/** The value of an output or of something with outputs in it. */
export function settled<T>(value: T): Promise<pulumi.Unwrap<T>> {
  return new Promise((resolve) => {
    pulumi.output(value).apply((known) => resolve(known));
  });
}

const secretMark = "4dabf18193072939515e22adb298388d";

/** Paths of all secret envelopes in the inputs of a resource, such as `data.password`. */
export function secretPaths(value: unknown, path = ""): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  if (secretMark in value) return [path];
  return Object.entries(value).flatMap(([key, item]) => secretPaths(item, path === "" ? key : `${path}.${key}`));
}

/** What is in an envelope at a path. */
export function secretAt({ raw }: Declared, path: string): unknown {
  const found = path.split(".").reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], raw);
  const envelope = found as Record<string, unknown>;
  if (!(secretMark in envelope)) throw new Error(`no secret at ${path}`);
  return envelope["value"];
}
