/** Generates the table of fields in docs/outputs.md from the schema. */
import type { Schema } from "./json-schema.ts";

const [begin, end] = ["<!-- fields: written by `npm run schema` -->", "<!-- end of fields -->"];

/** The page with its table replaced by the schema's. */
export function withFieldTable(page: string, schema: Schema): string {
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`docs/outputs.md: expected ${begin} and ${end}`);
  return `${before}${begin}\n${fieldTable(schema)}\n${end}${after}`;
}

interface Row {
  readonly path: string;
  readonly type: string;
  readonly meaning: string;
}

export function fieldTable(schema: Schema): string {
  const all = [...rows(schema, schema, ""), ...variantRows(schema)];
  const lines = all.map(({ path, type, meaning }) => `| \`${path}\` | ${type} | ${meaning} |`);
  return ["| field | type | meaning |", "|---|---|---|", ...lines].join("\n");
}

/** Fields of union types, listed once for all fields that hold them. */
function variantRows(root: Schema): readonly Row[] {
  const definitions = Object.entries(root["$defs"] as Readonly<Record<string, Schema>>);
  return definitions.flatMap(([name, { oneOf }]) => {
    if (!Array.isArray(oneOf)) return [];
    return oneOf.flatMap((variant: Schema) => {
      const { target, type } = described(root, variant);
      const whole = { path: name, type, meaning: String(target["description"]) };
      return [whole, ...rows(root, target, name)];
    });
  });
}

function rows(root: Schema, schema: Schema, path: string): readonly Row[] {
  const properties = Object.entries((schema["properties"] ?? {}) as Readonly<Record<string, Schema>>);
  return properties.flatMap(([name, field]) => {
    const own = path === "" ? name : `${path}.${name}`;
    const { target, type } = described(root, field);
    const map = target["additionalProperties"];
    const inner = typeof map === "object" ? described(root, map as Schema).target : target;
    const below = rows(root, inner, inner === target ? own : `${own}.<name>`);
    const meaning = String(field["description"] ?? target["description"] ?? "").replaceAll("|", "\\|");
    return [{ path: own, type, meaning }, ...below];
  });
}

function described(root: Schema, schema: Schema): { readonly target: Schema; readonly type: string } {
  const choices = schema["anyOf"] as readonly Schema[] | undefined;
  if (choices !== undefined) {
    const [first = {}] = choices;
    const { target, type } = described(root, first);
    return { target, type: `${type} or null` };
  }
  const reference = schema["$ref"];
  if (typeof reference === "string") {
    const name = reference.replace("#/$defs/", "");
    const definitions = root["$defs"] as Readonly<Record<string, Schema>>;
    return { target: definitions[name] ?? {}, type: `\`${name}\`` };
  }
  return { target: schema, type: plain(root, schema) };
}

function plain(root: Schema, schema: Schema): string {
  const { const: value, enum: values, type, items, additionalProperties } = schema;
  if (value !== undefined) return `\`${JSON.stringify(value)}\``;
  if (Array.isArray(values)) return values.map((each) => `\`${each}\``).join(", ");
  if (Array.isArray(type)) return type.join(" or ");
  if (type === "array") return `list of ${described(root, items as Schema).type}`;
  if (typeof additionalProperties === "object") return `map of ${described(root, additionalProperties as Schema).type}`;
  return String(type);
}
