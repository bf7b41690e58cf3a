/** JSON schemas of Kubernetes' objects, from its own OpenAPI description. Strict: a field that does not exist is an error. */

/** What is used of Kubernetes' swagger.json. */
export interface Swagger {
  readonly definitions: Readonly<Record<string, Definition>>;
}

interface Definition {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly format?: string;
  readonly "x-kubernetes-group-version-kind"?: readonly Kind[];
}

interface Kind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

const definitionsFile = "definitions.json";

/** Where kubeconform finds the schema of a kind, in its own notation, below the folder of all schemas. */
export const schemaFileTemplate = "{{ .ResourceKind }}{{ .KindSuffix }}.json";

/** Schemas by file name: one file with all definitions, and one for each kind, which refers to it. */
export function jsonSchemas({ definitions }: Swagger): ReadonlyMap<string, unknown> {
  const strictDefinitions = Object.entries(definitions).map(
    ([name, definition]) => [name, strict(definition)] as const,
  );
  const kinds = Object.entries(definitions).flatMap(([name, definition]) => {
    const [kind, ...more] = definition["x-kubernetes-group-version-kind"] ?? [];
    // What belongs to several kinds, such as DeleteOptions, is no object of its own.
    if (kind === undefined || more.length > 0) return [];
    return [[schemaFile(kind), { $ref: `${definitionsFile}#/definitions/${name}` }] as const];
  });
  return new Map<string, unknown>([
    [definitionsFile, { definitions: Object.fromEntries(strictDefinitions) }],
    ...kinds,
  ]);
}

/** What is used of a CustomResourceDefinition. */
export interface CustomDefinition {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly name: string; readonly schema: { readonly openAPIV3Schema: unknown } }[];
  };
}

/** Schemas of custom resources by file name, one for each version. */
export function customSchemas(definitions: readonly CustomDefinition[]): ReadonlyMap<string, unknown> {
  return new Map(
    definitions.flatMap(({ spec: { group, names, versions } }) =>
      versions.map(({ name, schema }) => [
        schemaFile({ group, version: name, kind: names.kind }),
        strictCustom(schema.openAPIV3Schema, true),
      ]),
    ),
  );
}

/** The API server prunes what a definition does not name, unless it says otherwise; here that is an error. */
function strictCustom(schema: unknown, root = false): unknown {
  if (typeof schema !== "object" || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map((item) => strictCustom(item));
  const { properties, ...rest } = schema as Record<string, unknown>;
  if (rest["x-kubernetes-int-or-string"] === true) return { anyOf: [{ type: "integer" }, { type: "string" }] };
  const others = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, strictCustom(value)]));
  if (typeof properties !== "object" || properties === null) return others;
  const named = Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, strictCustom(value)]));
  const open = rest["x-kubernetes-preserve-unknown-fields"] === true || "additionalProperties" in rest;
  // Definitions need not repeat what every object has.
  const every = root ? { apiVersion: { type: "string" }, kind: { type: "string" }, metadata: { type: "object" } } : {};
  return { ...others, properties: { ...every, ...named }, ...(!open && { additionalProperties: false }) };
}

function schemaFile({ group, version, kind }: Kind): string {
  const words = [kind, group.split(".")[0], version].filter((word) => word !== "");
  return `${words.join("-").toLowerCase()}.json`;
}

/** Everything in a definition that has fields of its own is a reference to another definition: one level is enough. */
function strict(definition: Definition): unknown {
  // Swagger 2 has no word for what the API server takes either way.
  if (definition.format === "int-or-string") return { oneOf: [{ type: "integer" }, { type: "string" }] };
  return definition.properties === undefined ? definition : { ...definition, additionalProperties: false };
}
