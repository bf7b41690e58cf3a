/** Marks on the schemas of settings: whether a setting names a secret, and whether its value may be shown. */
import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { isObject, valueAt } from "./merge.ts";

export type Schema = z.core.$ZodType;

/** Rules for the value of a secret. */
export interface SecretRules {
  /** It becomes part of a URL. @default false */
  readonly urlSafe?: boolean;
  /** It becomes a default of CKAN's ini file, where % begins a reference. @default false */
  readonly withoutPercent?: boolean;
  /** @default false */
  readonly withoutBlanks?: boolean;
}

export interface Mark {
  /** The setting names a key of the stack file that holds a secret. The rules for it may depend on the setting's name. */
  readonly secret?: (setting: string) => SecretRules;
  /** A program may pass an output in place of the text. The sample replaces it during the check. */
  readonly sample?: string;
  /** The value is never shown, because it may contain a secret. */
  readonly confidential?: boolean;
}

const marks = z.registry<Mark>();

export function marked<S extends Schema>(schema: S, mark: Mark): S {
  marks.add(schema, mark);
  return schema;
}

/** The brand of text that a program may pass as an output. */
export type Brand = "input";

const expectedKey = "expected the name of a secret key of this stack file such as databaseAdminPassword";

/**
 * The name of a scalar key of the stack file that holds a secret, set by `pulumi config set --secret ckan:<name> ...`. A program
 * passes the secret itself: the setting `passwordFrom` of a stack file is the argument `password`.
 */
export function secretKey(rules: SecretRules | ((setting: string) => SecretRules) = {}) {
  const schema = z
    .string(expectedKey)
    .regex(/^[a-zA-Z][a-zA-Z0-9]*$/, `${expectedKey}, not the secret itself`)
    .describe("Name of the secret key of the stack file that holds the value")
    .brand<Brand, "inout">();
  return marked(schema, { secret: typeof rules === "function" ? rules : () => rules, confidential: true });
}

/** Text in a stack file, for which a program may pass an output. */
export function orOutput(schema: z.ZodString, sample: string) {
  return marked(schema.clone(), { sample }).brand<Brand, "inout">();
}

/** Marks a value that may contain a secret. */
export function confidential<S extends Schema>(schema: S): S {
  return marked(schema, { confidential: true });
}

/** The mark of a schema, or of the one that its optional or default wraps. */
export function markOf(schema: Schema): Mark | undefined {
  const inner = innerOf(schema);
  return marks.get(schema) ?? (inner === undefined ? undefined : markOf(inner));
}

/** The schemas of the keys that a value has or may have; in a union, its discriminator (such as `kind`) selects the variant. */
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
      const option = def.options.find((one) => isVariant(one, value, discriminatorOf(def)));
      return option === undefined ? new Map() : childrenOf(option, value);
    }
    default:
      return new Map();
  }
}

/** The schema that optional, default and the like wrap, or that is parsed before a transformation. */
function innerOf(schema: Schema): Schema | undefined {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === "pipe") return def.in;
  return "innerType" in def ? (def.innerType as Schema) : undefined;
}

function discriminatorOf(def: z.core.$ZodUnionDef): string | undefined {
  return (def as Partial<z.core.$ZodDiscriminatedUnionDef>).discriminator;
}

function isVariant(schema: Schema, value: unknown, discriminator: string | undefined): boolean {
  if (!isObject(value) || discriminator === undefined) return false;
  const literal = childrenOf(schema, value).get(discriminator);
  return literal !== undefined && z.safeParse(literal, value[discriminator]).success;
}

/** The schema at a path of a value; undefined for keys that no schema knows. */
export function schemaAt(schema: Schema, value: unknown, path: readonly PropertyKey[]): Schema | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return schema;
  const child = childrenOf(schema, value).get(String(key));
  return child && schemaAt(child, valueAt(value, [key]), rest);
}

/** Whether secrets belong somewhere inside: a text in the place of a server's settings may be its password. */
export function hasRoomForSecret(schema: Schema): boolean {
  if (markOf(schema)?.secret !== undefined) return true;
  const inner = innerOf(schema);
  if (inner !== undefined) return hasRoomForSecret(inner);
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "object":
      return Object.values(def.shape).some(hasRoomForSecret);
    case "record":
      return hasRoomForSecret(def.valueType);
    case "array":
      return hasRoomForSecret(def.element);
    case "union":
      return def.options.some(hasRoomForSecret);
    default:
      return false;
  }
}

/** Text that a program may pass as an output. */
type Handed = string & z.core.$brand<Brand>;

/**
 * Settings of a stack file in the form of arguments: secrets themselves, named without `From`, and outputs where they are allowed.
 */
export type Resolved<T> = T extends Handed
  ? pulumi.Input<string>
  : T extends string | number | boolean | undefined
    ? T
    : T extends readonly (infer Item)[]
      ? readonly Resolved<Item>[]
      : { readonly [Key in keyof T as Key extends `${infer Name}From` ? Name : Key]: Resolved<T[Key]> };

/** The name of a secret in arguments. */
export function withoutFrom(setting: string): string {
  return setting.replace(/From$/, "");
}
