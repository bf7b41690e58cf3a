/** The contract as TypeScript types, for the package in consumer/. */
import type { Schema } from "./json-schema.ts";

/** A module with one exported type per definition of the schema, and `EnvironmentDocument` for the whole. */
export function contractTypes(schema: Schema): string {
  const { $defs, title, ...root } = schema;
  const named: readonly (readonly [string, Schema])[] = [
    ["EnvironmentDocument", { ...root, description: title }],
    ...Object.entries($defs as Readonly<Record<string, Schema>>),
  ];
  return [
    "/** The contract's types, written by `npm run schema` from outputs/contract.ts; do not edit. */\n",
    `/** Version of the contract that these types are of. */\nexport const contractVersion = ${versionOf(root)};\n`,
    ...named.map(([name, definition]) => declaration(name, definition)),
  ].join("\n");
}

function versionOf({ properties }: Schema): number {
  return (properties as { readonly contractVersion: { readonly const: number } }).contractVersion.const;
}

function declaration(name: string, schema: Schema): string {
  const doc = comment(schema, "");
  const properties = schema["properties"];
  if (properties === undefined) return `${doc}export type ${name} = ${type(schema)};\n`;
  const required = new Set(schema["required"] as readonly string[]);
  const fields = Object.entries(properties as Readonly<Record<string, Schema>>).map(
    ([key, field]) => `${comment(field, "  ")}  readonly ${key}${required.has(key) ? "" : "?"}: ${type(field)};\n`,
  );
  return `${doc}export interface ${name} {\n${fields.join("")}}\n`;
}

function comment({ description }: Schema, indent: string): string {
  return description === undefined ? "" : `${indent}/** ${description} */\n`;
}

function type(schema: Schema): string {
  const { $ref, anyOf, oneOf, const: value, enum: values, type: named } = schema;
  if (typeof $ref === "string") return $ref.replace("#/$defs/", "");
  const choices = anyOf ?? oneOf;
  if (Array.isArray(choices)) return choices.map(type).join(" | ");
  if (value !== undefined) return JSON.stringify(value);
  if (Array.isArray(values)) return values.map((each) => JSON.stringify(each)).join(" | ");
  if (Array.isArray(named)) return named.map((each) => plain(each, schema)).join(" | ");
  return plain(named, schema);
}

function plain(name: unknown, { items, additionalProperties }: Schema): string {
  switch (name) {
    case "string":
    case "boolean":
    case "null":
      return name;
    case "integer":
    case "number":
      return "number";
    case "array":
      return `readonly ${element(items as Schema)}[]`;
    case "object":
      return `Readonly<Record<string, ${type(additionalProperties as Schema)}>>`;
    default:
      throw new Error(`the contract has a type that this writer does not know: ${JSON.stringify(name)}`);
  }
}

function element(items: Schema): string {
  const text = type(items);
  return text.includes(" ") ? `(${text})` : text;
}
