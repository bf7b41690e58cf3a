/** JSON schemas of Kubernetes objects, from its OpenAPI description. Strict: unknown fields are errors. */

/** The fields used of Kubernetes' swagger.json. */
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

/** Path of a kind's schema below the schema folder, in kubeconform's notation. */
export const schemaFileTemplate = "{{ .ResourceKind }}{{ .KindSuffix }}.json";

/** Schemas by file name: one file with all definitions, and one per kind, which refers to it. */
export function jsonSchemas({ definitions }: Swagger): ReadonlyMap<string, unknown> {
  const strictDefinitions = Object.entries(definitions).map(
    ([name, definition]) => [name, strict(definition)] as const,
  );
  const kinds = Object.entries(definitions).flatMap(([name, definition]) => {
    const [kind, ...more] = definition["x-kubernetes-group-version-kind"] ?? [];
    // A definition for several kinds, such as DeleteOptions, is not an object.
    if (kind === undefined || more.length > 0) return [];
    return [[schemaFile(kind), { $ref: `${definitionsFile}#/definitions/${name}` }] as const];
  });
  return new Map<string, unknown>([
    [definitionsFile, { definitions: Object.fromEntries(strictDefinitions) }],
    ...kinds,
  ]);
}

/** The fields used of a CustomResourceDefinition. */
export interface CustomDefinition {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly name: string; readonly schema: { readonly openAPIV3Schema: unknown } }[];
  };
}

/** Schemas of custom resources by file name, one per version. */
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

/** The API server prunes fields that a definition does not name, unless the definition preserves them. Here such fields are errors. */
function strictCustom(schema: unknown, root = false): unknown {
  if (typeof schema !== "object" || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map((item) => strictCustom(item));
  const { properties, ...rest } = schema as Record<string, unknown>;
  if (rest["x-kubernetes-int-or-string"] === true) return { anyOf: [{ type: "integer" }, { type: "string" }] };
  const others = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, strictCustom(value)]));
  if (typeof properties !== "object" || properties === null) return others;
  const named = Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, strictCustom(value)]));
  const open = rest["x-kubernetes-preserve-unknown-fields"] === true || "additionalProperties" in rest;
  // Definitions need not repeat the fields of every object.
  const every = root ? { apiVersion: { type: "string" }, kind: { type: "string" }, metadata: { type: "object" } } : {};
  return { ...others, properties: { ...every, ...named }, ...(!open && { additionalProperties: false }) };
}

function schemaFile({ group, version, kind }: Kind): string {
  const words = [kind, group.split(".")[0], version].filter((word) => word !== "");
  return `${words.join("-").toLowerCase()}.json`;
}

/** Nested objects of a definition are references to other definitions, so one level is enough. */
function strict(definition: Definition): unknown {
  // Swagger 2 cannot express a field that accepts both.
  if (definition.format === "int-or-string") return { oneOf: [{ type: "integer" }, { type: "string" }] };
  return definition.properties === undefined ? definition : { ...definition, additionalProperties: false };
}
