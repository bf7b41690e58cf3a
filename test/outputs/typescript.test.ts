import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Schema } from "../../outputs/json-schema.ts";
import { contractTypes } from "../../outputs/typescript.ts";

const types = (shape: z.ZodRawShape) =>
  contractTypes({
    $defs: {},
    title: "The whole",
    ...z.toJSONSchema(z.object({ contractVersion: z.literal(3), ...shape }), { io: "input" }),
  } as Schema);
const field = (schema: z.ZodType) => /readonly field\??: (.*);/.exec(types({ field: schema }))?.[0];
const kinds = z.union([z.literal("a"), z.literal("b")]);

describe("a field is written as", () => {
  test.each<[string, z.ZodType, string]>([
    ["text", z.string(), "readonly field: string;"],
    ["whole number", z.int().min(1), "readonly field: number;"],
    ["boolean", z.boolean(), "readonly field: boolean;"],
    ["closed list", z.enum(["a", "b"]), 'readonly field: "a" | "b";'],
    ["text that may be null", z.string().nullable(), "readonly field: string | null;"],
    ["list", z.array(z.string()), "readonly field: readonly string[];"],
    ["list of several types", z.array(kinds), 'readonly field: readonly ("a" | "b")[];'],
    ["map", z.record(z.string(), z.int()), "readonly field: Readonly<Record<string, number>>;"],
    ["field that may be absent", z.string().optional(), "readonly field?: string;"],
  ])("%s", (_name, schema, expected) => {
    expect(field(schema)).toBe(expected);
  });
});

test("the module says its version, and every description as a comment", () => {
  const store = z
    .object({ url: z.string().describe("Address") })
    .meta({ id: "TypescriptStore", description: "A store" });
  expect(
    types({ store: store.nullable() }),
  ).toBe(`/** The contract's types, written by \`npm run schema\` from outputs/contract.ts; do not edit. */

/** Version of the contract that these types are of. */
export const contractVersion = 3;

/** The whole */
export interface EnvironmentDocument {
  readonly contractVersion: 3;
  readonly store: TypescriptStore | null;
}

/** A store */
export interface TypescriptStore {
  /** Address */
  readonly url: string;
}
`);
});

test("a type that it does not know is an error", () => {
  expect(() => field(z.unknown())).toThrow("a type that this writer does not know: undefined");
});
