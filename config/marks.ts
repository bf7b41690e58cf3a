/** What a schema says of a setting beyond its form: whether it names a secret, and who may see it. */
import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { isObject, valueAt } from "./merge.ts";

export type Schema = z.core.$ZodType;

/** What a secret must be besides being there. */
export interface SecretRules {
  /** It becomes part of a URL. @default false */
  readonly urlSafe?: boolean;
  /** It becomes a default of CKAN's ini file, where % begins a reference. @default false */
  readonly withoutPercent?: boolean;
  /** @default false */
  readonly withoutBlanks?: boolean;
}

export interface Mark {
  /** The setting names a key of the stack file that holds a secret, for which these rules count; it may depend on the setting's name. */
  readonly secret?: (setting: string) => SecretRules;
  /** A program may hand over an output in place of the text. The sample stands for it while the rest is checked. */
  readonly sample?: string;
  /** What stands here is never shown: it is a secret, or has room for one. */
  readonly confidential?: boolean;
}

const marks = z.registry<Mark>();

export function marked<S extends Schema>(schema: S, mark: Mark): S {
  marks.add(schema, mark);
  return schema;
}

/** Text that a program may hand over as an output: the brand tells the compiler. */
export type Brand = "input";

const expectedKey = "expected the name of a secret key of this stack file such as databaseAdminPassword";

/**
 * The name of a scalar key of the stack file that holds a secret, set by `pulumi config set --secret ckan:<name> ...`. A setting
 * `passwordFrom` of a stack file is `password` for a program, which hands the secret itself over.
 */
export function secretKey(rules: SecretRules | ((setting: string) => SecretRules) = {}) {
  const schema = z
    .string(expectedKey)
    .regex(/^[a-zA-Z][a-zA-Z0-9]*$/, `${expectedKey}, not the secret itself`)
    .describe("Name of the secret key of the stack file that holds the value")
    .brand<Brand, "inout">();
  return marked(schema, { secret: typeof rules === "function" ? rules : () => rules, confidential: true });
}

/** What a program may hand over as an output, where stack files have text. */
export function orOutput(schema: z.ZodString, sample: string) {
  return marked(schema.clone(), { sample }).brand<Brand, "inout">();
}

/** What stands here may hold a secret. */
export function confidential<S extends Schema>(schema: S): S {
  return marked(schema, { confidential: true });
}

/** Of the schema itself or of what stands inside its optional and default. */
export function markOf(schema: Schema): Mark | undefined {
  const inner = innerOf(schema);
  return marks.get(schema) ?? (inner === undefined ? undefined : markOf(inner));
}

/** The schemas of the keys that a value has, or may have, as far as its `kind` tells. */
export function childrenOf(schema: Schema, value: unknown): ReadonlyMap<string, Schema> {
  const inner = innerOf(schema);
  if (inner !== undefined) return childrenOf(inner, value);
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "object":
      return new Map(Object.entries(def.shape));
    case "record":
      return new Map(Object.keys(isObject(value) ? value : {}).map((key) => [key, def.valueType]));
    case "array":
      return new Map((Array.isArray(value) ? value : []).map((_, index) => [String(index), def.element]));
    case "union": {
      const option = def.options.find((one) => isOfKind(one, value));
      return option === undefined ? new Map() : childrenOf(option, value);
    }
    default:
      return new Map();
  }
}

/** What stands inside of optional, default and the like. */
function innerOf(schema: Schema): Schema | undefined {
  const { def } = schema._zod;
  return "innerType" in def ? (def.innerType as Schema) : undefined;
}

function isOfKind(schema: Schema, value: unknown): boolean {
  if (!isObject(value)) return false;
  const kind = childrenOf(schema, value).get("kind");
  return kind !== undefined && z.safeParse(kind, value["kind"]).success;
}

/** The marks of everything on the way to what stands at this path of a value, itself last. */
export function marksOnWay(
  schema: Schema,
  value: unknown,
  path: readonly PropertyKey[],
): readonly (Mark | undefined)[] {
  const own = markOf(schema);
  const [key, ...rest] = path;
  const child = key === undefined ? undefined : childrenOf(schema, value).get(String(key));
  if (key === undefined || child === undefined) return [own];
  return [own, ...marksOnWay(child, valueAt(value, [key]), rest)];
}

/** Text, or an output that a program has. */
type Handed = string & z.core.$brand<Brand>;

/**
 * What a stack file says, as a program says it: secrets themselves under the name of the setting without its `From`, and outputs where
 * they are allowed.
 */
export type Resolved<T> = T extends Handed
  ? pulumi.Input<string>
  : T extends string | number | boolean | undefined
    ? T
    : T extends readonly (infer Item)[]
      ? readonly Resolved<Item>[]
      : { readonly [Key in keyof T as Key extends `${infer Name}From` ? Name : Key]: Resolved<T[Key]> };

/** The setting that a program hands over. */
export function withoutFrom(setting: string): string {
  return setting.replace(/From$/, "");
}
