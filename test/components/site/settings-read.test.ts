/** A setting that is in the schema, and that no component reads, would be taken without a word. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import type { z } from "zod";
import { environmentSettings } from "../../../components/environment/settings.ts";
import { Purpose } from "../../../components/site/purposes.ts";
import { instanceSettings } from "../../../components/site/settings.ts";
import { type Schema, withoutFrom } from "../../../config/marks.ts";

const root = join(import.meta.dirname, "../../..");

/** Every key of a schema, of all kinds, by the names that programs know. */
function keysOf(schema: Schema): readonly string[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "object":
      return Object.entries(def.shape).flatMap(([key, inner]) => [withoutFrom(key), ...keysOf(inner)]);
    case "union":
      return def.options.flatMap(keysOf);
    case "array":
      return keysOf(def.element);
    case "record":
      return keysOf(def.valueType);
    case "pipe":
      return keysOf(def.in);
    default:
      return "innerType" in def ? keysOf(def.innerType as Schema) : [];
  }
}

/** Names that code takes out of objects: `a.name`, `a["name"]`, `{ name }`. */
function readIn(path: string): readonly string[] {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node)) names.push(node.name.text);
    if (ts.isElementAccessExpression(node) && ts.isStringLiteral(node.argumentExpression)) {
      names.push(node.argumentExpression.text);
    }
    if (ts.isBindingElement(node)) names.push((node.propertyName ?? node.name).getText());
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true));
  return names;
}

/** What is handed on as a whole, to whoever knows its keys. */
const handedOn: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.values(Purpose).map((purpose) => [purpose, "Credentials asks for generations by purpose"]),
  ),
  day: "Cloud SQL's maintenance window",
  hour: "Cloud SQL's maintenance window",
  policyExceptions: "the policy pack, which reads the stack file itself",
  sectionName: "the parentRef of an HTTPRoute",
  threads: "1 or nothing: the message of anything else says what to write instead",
};

test("every setting is read outside of the schema that declares it", () => {
  const folders = ["components", "ckan", "policy"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)),
  );
  const sources = folders.filter(
    (name) => name.endsWith(".ts") && !/^components\/.*[/-](?:settings|checks)\.ts$/.test(name),
  );
  const read = new Set([...sources, "index.ts"].flatMap((name) => readIn(join(root, name))));
  const keys = new Set([...keysOf(instanceSettings), ...keysOf(environmentSettings)]);
  expect(keys.size).toBeGreaterThan(150);
  expect([...keys].filter((key) => !read.has(key) && !(key in handedOn)).sort()).toEqual([]);
});
