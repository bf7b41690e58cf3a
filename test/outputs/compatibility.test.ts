import { describe, expect, test } from "vitest";
import { z } from "zod";
import { breakingChanges } from "../../outputs/compatibility.ts";
import type { Schema } from "../../outputs/json-schema.ts";

const schema = (shape: z.ZodRawShape): Schema => z.toJSONSchema(z.object(shape), { io: "input" });
const changes = (before: z.ZodRawShape, after: z.ZodRawShape) => breakingChanges(schema(before), schema(after));

const site = (shape: z.ZodRawShape) => ({ sites: z.record(z.string(), z.object(shape)) });
const named = (id: string, shape: z.ZodRawShape) => ({ store: z.object(shape).meta({ id }) });
const pods = z.object({ kind: z.literal("pods"), labels: z.string() });
const networks = z.object({ kind: z.literal("networks"), networks: z.string() });

describe("breaks readers:", () => {
  test.each<[string, z.ZodRawShape, z.ZodRawShape, readonly string[]]>([
    ["a field that is gone", { url: z.string() }, {}, ["url is gone"]],
    ["a field with another name", { url: z.string() }, { address: z.string() }, ["url is gone"]],
    ["another type", { port: z.int() }, { port: z.string() }, ["port was integer and is string"]],
    ["a type that is wider", { port: z.int() }, { port: z.number() }, ["port was integer and is number"]],
    ["a field that may be absent", { url: z.string() }, { url: z.string().optional() }, ["url may be absent now"]],
    [
      "a field that may be null",
      { url: z.string() },
      { url: z.string().nullable() },
      ["url was string and is null or string"],
    ],
    [
      "an object that may be null",
      { store: z.object({ url: z.string() }) },
      { store: z.object({ url: z.string() }).nullable() },
      ["store was object and is null or object"],
    ],
    [
      "a value that a closed list has lost",
      { mode: z.enum(["disable", "require"]) },
      { mode: z.enum(["require"]) },
      ['mode was "disable" or "require" and is "require"'],
    ],
    [
      "a value that a closed list has got",
      { mode: z.enum(["disable"]) },
      { mode: z.enum(["disable", "require"]) },
      ['mode was "disable" and is "disable" or "require"'],
    ],
    [
      "text where there was a closed list",
      { mode: z.enum(["disable"]) },
      { mode: z.string() },
      ['mode was "disable" and is string'],
    ],
    ["another constant", { version: z.literal(1) }, { version: z.literal(2) }, ["version was 1 and is 2"]],
    ["a change below a map", site({ url: z.string() }), site({}), ["sites.*.url is gone"]],
    [
      "a change below a list",
      { sites: z.array(z.object({ url: z.string() })) },
      { sites: z.array(z.object({ url: z.int() })) },
      ["sites[].url was string and is integer"],
    ],
    [
      "a map of something else",
      { lists: z.record(z.string(), z.string()) },
      { lists: z.record(z.string(), z.int()) },
      ["lists.* was string and is integer"],
    ],
    [
      "a change behind a reference",
      named("CompatibilityBefore", { url: z.string(), port: z.int() }),
      named("CompatibilityAfter", { port: z.string() }),
      ["store.url is gone", "store.port was integer and is string"],
    ],
    [
      "a kind that is gone",
      { access: z.discriminatedUnion("kind", [pods, networks]) },
      { access: z.discriminatedUnion("kind", [pods]) },
      ["access was object networks or object pods and is object pods"],
    ],
    [
      "a field of one kind that is gone",
      { access: z.discriminatedUnion("kind", [pods, networks]) },
      { access: z.discriminatedUnion("kind", [pods, networks.omit({ networks: true })]) },
      ["access.networks is gone"],
    ],
  ])("%s", (_name, before, after, expected) => {
    expect(changes(before, after)).toEqual(expected);
  });

  test("several changes, all of which are named", () => {
    const before = { a: z.string(), b: z.string(), c: z.string() };
    expect(changes(before, { c: z.int() })).toEqual(["a is gone", "b is gone", "c was string and is integer"]);
  });
});

describe("breaks nobody:", () => {
  test.each<[string, z.ZodRawShape, z.ZodRawShape]>([
    ["nothing", { url: z.string() }, { url: z.string() }],
    ["a new field", { url: z.string() }, { url: z.string(), title: z.string() }],
    ["a new field that may be null", { url: z.string() }, { url: z.string(), title: z.string().nullable() }],
    ["a new field below a map", site({ url: z.string() }), site({ url: z.string(), title: z.string() })],
    ["a field that is always there now", { url: z.string().optional() }, { url: z.string() }],
    ["another order", { a: z.string(), b: z.int() }, { b: z.int(), a: z.string() }],
    ["another order of a closed list", { mode: z.enum(["a", "b"]) }, { mode: z.enum(["b", "a"]) }],
    ["other words", { url: z.string().describe("Address") }, { url: z.string().describe("Address that people use") }],
    [
      "an object that got a name",
      { store: z.object({ url: z.string() }) },
      named("CompatibilityNamed", { url: z.string() }),
    ],
  ])("%s", (_name, before, after) => {
    expect(changes(before, after)).toEqual([]);
  });
});
