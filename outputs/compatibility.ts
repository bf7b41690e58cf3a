/** Finds changes of the contract that break other teams' programs. */
import type { Schema } from "./json-schema.ts";

/**
 * Sentences about what `after` breaks for readers of documents by `before`, each with the field's name; empty when nothing breaks.
 *
 * A breaking change removes a field, changes its type, or lets it be absent or null. So does any change to a closed list: readers do not
 * know an added value, and a comparison with a removed one no longer compiles. A new field breaks nobody.
 */
export function breakingChanges(before: Schema, after: Schema): readonly string[] {
  return compare({ root: before, part: before }, { root: after, part: after }, "");
}

/** A part of a schema, with the root that its references resolve in. */
interface Part {
  readonly root: Schema;
  readonly part: Schema;
}

function compare(before: Part, after: Part, path: string): readonly string[] {
  const [were, are] = [variants(before), variants(after)];
  const [was, is] = [[...were.keys()].sort(), [...are.keys()].sort()];
  const at = path === "" ? "the document" : path;
  if (was.join() !== is.join()) return [`${at} was ${was.join(" or ")} and is ${is.join(" or ")}`];
  return was.flatMap((title) => {
    const [old, now] = [were.get(title), are.get(title)];
    return old === undefined || now === undefined ? [] : compareVariant(old, now, path);
  });
}

function compareVariant(before: Part, after: Part, path: string): readonly string[] {
  return [
    ...compareFields(before, after, path),
    ...(["items", "additionalProperties"] as const).flatMap((key) => {
      const [old, now] = [child(before, key), child(after, key)];
      return old === undefined || now === undefined ? [] : compare(old, now, `${path}${key === "items" ? "[]" : ".*"}`);
    }),
  ];
}

function compareFields(before: Part, after: Part, path: string): readonly string[] {
  const [old, now] = [fields(before), fields(after)];
  const required = new Set(after.part["required"] as readonly string[] | undefined);
  return Object.entries(old).flatMap(([name, schema]) => {
    const field = path === "" ? name : `${path}.${name}`;
    const found = now[name];
    if (found === undefined) return [`${field} is gone`];
    const wasRequired = ((before.part["required"] ?? []) as readonly string[]).includes(name);
    if (wasRequired && !required.has(name)) return [`${field} may be absent now`];
    return compare({ root: before.root, part: schema }, { root: after.root, part: found }, field);
  });
}

/** The types that a value may have, by a title that is comparable between two schemas. */
function variants({ root, part }: Part): ReadonlyMap<string, Part> {
  const schema = resolved(root, part);
  const choices = schema["anyOf"] ?? schema["oneOf"];
  if (Array.isArray(choices)) {
    return new Map(choices.flatMap((choice: Schema) => [...variants({ root, part: choice })]));
  }
  const types = Array.isArray(schema["type"]) ? (schema["type"] as readonly string[]) : [String(schema["type"])];
  return new Map(types.map((type) => [title(type, schema), { root, part: schema }]));
}

/** Objects of a union are told apart by their `kind`. */
function title(type: string, schema: Schema): string {
  const values = schema["const"] === undefined ? schema["enum"] : [schema["const"]];
  if (Array.isArray(values) && type !== "null") {
    return values
      .map((value) => JSON.stringify(value))
      .sort()
      .join(" or ");
  }
  const kind = (schema["properties"] as Readonly<Record<string, Schema>> | undefined)?.["kind"]?.["const"];
  return kind === undefined ? type : `${type} ${kind}`;
}

function fields({ part }: Part): Readonly<Record<string, Schema>> {
  return (part["properties"] ?? {}) as Readonly<Record<string, Schema>>;
}

function child({ root, part }: Part, key: "items" | "additionalProperties"): Part | undefined {
  const schema = part[key];
  return typeof schema === "object" && schema !== null ? { root, part: schema as Schema } : undefined;
}

function resolved(root: Schema, schema: Schema): Schema {
  const reference = schema["$ref"];
  if (typeof reference !== "string") return schema;
  const definitions = root["$defs"] as Readonly<Record<string, Schema>>;
  const found = definitions[reference.replace("#/$defs/", "")];
  if (found === undefined) throw new Error(`the schema has no ${reference}`);
  return resolved(root, found);
}
