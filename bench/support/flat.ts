/**
 * The program that somebody would write who knows every object beforehand: the very same Kubernetes objects with the same names,
 * inputs, order and protection, one statement each, without components and without reading configuration.
 */
import { isKubernetesObject } from "../../render/stack.ts";
import type { Declared } from "../../render/synthesize.ts";

const secretMark = "4dabf18193072939515e22adb298388d";

/** The text of that program, in TypeScript as ours is. */
export function flatProgram(declared: readonly Declared[]): string {
  const objects = inOrder(declared.filter(isKubernetesObject).map((object) => withJobs(object, declared)));
  const variables = new Map(objects.map(({ urn }, index) => [identity(urn), `object${index}`]));
  const statements = objects.map((object) => statement(object, variables));
  return `${header}\n${statements.join("\n")}\n`;
}

const header = `import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

const provider = new kubernetes.Provider("cluster", { clusterIdentifier: "flat", context: "ckan-local" });`;

function statement(object: Declared, variables: ReadonlyMap<string, string>): string {
  const dependsOn = object.dependencies.flatMap((urn) => variables.get(identity(urn)) ?? []);
  const options = [
    "provider",
    ...(dependsOn.length > 0 ? [`dependsOn: [${dependsOn.join(", ")}]`] : []),
    ...(object.protect ? ["protect: true"] : []),
    ...(object.retainOnDelete ? ["retainOnDelete: true"] : []),
  ];
  const variable = variables.get(identity(object.urn));
  const name = JSON.stringify(object.name);
  return `const ${variable} = new ${className(object.type)}(${name}, ${literal(object.raw)}, { ${options.join(", ")} });`;
}

/** `kubernetes:apps/v1:Deployment` is kubernetes.apps.v1.Deployment; `networking.k8s.io/v1` is networking.v1. */
function className(type: string): string {
  const [, group = "", kind = ""] = type.split(":");
  const [name = "", version = ""] = group.split("/");
  return `kubernetes.${name.split(".")[0]}.${version}.${kind}`;
}

/** A value as a program spells it, secrets in their wrapper. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (secretMark in value) return `pulumi.secret(${literal((value as { value?: unknown }).value)})`;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return `{ ${entries.map(([key, item]) => `${JSON.stringify(key)}: ${literal(item)}`).join(", ")} }`;
}

/** Pods that start when a Job of another component is done: there the component waits; here the object itself has to. */
function withJobs(object: Declared, declared: readonly Declared[]): Declared {
  if (!/:(?:Deployment|StatefulSet)$/.test(object.type)) return object;
  const jobs = ancestors(object, declared)
    .flatMap(({ dependencies }) => dependencies)
    .filter((urn) => urn.includes(":batch/v1:Job::"));
  return { ...object, dependencies: [...new Set([...object.dependencies, ...jobs])] };
}

function ancestors(object: Declared, declared: readonly Declared[]): readonly Declared[] {
  const parent = declared.find(({ urn }) => object.parent !== "" && identity(urn) === identity(object.parent));
  return parent === undefined ? [] : [parent, ...ancestors(parent, declared)];
}

/** Every object after those that it depends on. */
function inOrder(objects: readonly Declared[]): readonly Declared[] {
  const byIdentity = new Map(objects.map((object) => [identity(object.urn), object]));
  const ordered = new Set<Declared>();
  const add = (object: Declared): void => {
    if (ordered.has(object)) return;
    for (const urn of object.dependencies) {
      const dependency = byIdentity.get(identity(urn));
      if (dependency !== undefined) add(dependency);
    }
    ordered.add(object);
  };
  objects.forEach(add);
  return [...ordered];
}

/** Type and logical name, without the components that they stand below. */
function identity(urn: string): string {
  const [, , types = "", name = ""] = urn.split("::");
  return `${types.split("$").at(-1)}::${name}`;
}
