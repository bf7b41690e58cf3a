import { describe, expect, test } from "vitest";
import { z } from "zod";
import { secretKey } from "../../config/marks.ts";
import { addMistake, ConfigurationError, ruleBetween, schemaMistakes } from "../../config/mistakes.ts";

describe("the report", () => {
  test("sorts the mistakes, and says each once", () => {
    const error = new ConfigurationError([
      { key: "b", expected: "expected text", found: 1 },
      { key: "a", expected: "expected a list", found: undefined },
      { key: "b", expected: "expected text", found: 1 },
    ]);
    expect(error.message).toBe(
      [
        "The stack file has 2 mistakes; nothing was created or changed:",
        "  ckan:a: expected a list, got nothing",
        "  ckan:b: expected text, got 1",
      ].join("\n"),
    );
    expect(error.name).toBe("ConfigurationError");
  });

  test("says of one mistake that it is one", () => {
    expect(new ConfigurationError([{ key: "a", expected: "expected nothing here" }]).message).toBe(
      "The stack file has 1 mistake; nothing was created or changed:\n  ckan:a: expected nothing here",
    );
  });
});

describe("what the schema finds", () => {
  const schema = z.strictObject({
    part: z.strictObject({ size: z.int("expected a size"), list: z.array(z.string("expected a word")) }),
    names: z.record(z.string().regex(/^[a-z]+$/, "expected a name in lower case"), z.boolean()),
    passwordFrom: secretKey(),
  });
  const right = { part: { size: 1, list: [] }, names: {}, passwordFrom: "key" };
  const found = (input: unknown) => {
    const { error } = schema.safeParse(input);
    return error === undefined ? [] : schemaMistakes(error, input, ["top"], schema);
  };

  test.each([
    ["nothing in a right value", right, []],
    [
      "a wrong value by its path",
      { ...right, part: { size: "big", list: [] } },
      [{ key: "top.part.size", expected: "expected a size", found: "big" }],
    ],
    [
      "a wrong item by its position",
      { ...right, part: { size: 1, list: ["a", 2] } },
      [{ key: "top.part.list.1", expected: "expected a word", found: 2 }],
    ],
    [
      "each unknown key by itself, without its value",
      { ...right, one: 1, two: 2 },
      [
        {
          key: "top.one",
          expected: "expected nothing here: this key is unknown; look for a spelling mistake or remove it",
        },
        {
          key: "top.two",
          expected: "expected nothing here: this key is unknown; look for a spelling mistake or remove it",
        },
      ],
    ],
    [
      "a missing object in our own words",
      { names: {}, passwordFrom: "key" },
      [{ key: "top.part", expected: "expected keys and values below this key", found: undefined }],
    ],
    [
      "a missing list in our own words",
      { ...right, part: { size: 1 } },
      [{ key: "top.part.list", expected: "expected a list", found: undefined }],
    ],
    [
      "any other wrong type in our own words",
      { ...right, names: { a: "yes" } },
      [{ key: "top.names.a", expected: "expected a boolean", found: "yes" }],
    ],
    [
      "a bad key of a map",
      { ...right, names: { A: true } },
      [{ key: "top.names.A", expected: "expected a name in lower case" }],
    ],
    [
      "what stands where a secret's name belongs, without showing it",
      { ...right, passwordFrom: 12345 },
      [
        {
          key: "top.passwordFrom",
          expected: "expected the name of a secret key of this stack file such as databaseAdminPassword",
        },
      ],
    ],
  ])("is %s", (_name, input, mistakes) => {
    expect(found(input)).toEqual(mistakes);
  });
});

describe("what stands in the place of settings that have room for a secret", () => {
  const server = z.discriminatedUnion("type", [
    z.strictObject({ type: z.literal("own") }),
    z.strictObject({ type: z.literal("external"), administrator: z.strictObject({ passwordFrom: secretKey() }) }),
  ]);
  const schema = z.strictObject({
    server,
    more: z.record(z.string(), secretKey()).default({}),
    servers: z.array(server).transform((list) => list),
    size: z.strictObject({ cpu: z.string("expected cores") }),
  });
  const right = { server: { type: "own" }, servers: [], size: { cpu: "1" } };
  const external = { type: "external", administrator: "s3cret" };

  test.each([
    ["a text where a map of them belongs", { ...right, more: "s3cret" }],
    ["a list where a map of them belongs", { ...right, more: ["s3cret"] }],
    ["a text where their server's settings belong", { ...right, server: "s3cret" }],
    ["a text one level above, of the kind that is chosen", { ...right, server: external }],
    ["the same in a list that is transformed", { ...right, servers: [external] }],
    [
      "a wrong name in a list that is transformed",
      { ...right, servers: [{ ...external, administrator: { passwordFrom: "s3 cret" } }] },
    ],
  ])("is not shown: %s", (_, input) => {
    const { error } = schema.safeParse(input);
    const mistakes = schemaMistakes(error as z.ZodError, input, [], schema);
    expect(mistakes).toHaveLength(1);
    expect(JSON.stringify(mistakes)).not.toMatch(/s3 ?cret/);
  });

  test("is shown where there is no room for one", () => {
    const input = { ...right, size: "large" };
    const { error } = schema.safeParse(input);
    expect(schemaMistakes(error as z.ZodError, input, [], schema)).toEqual([
      { key: "size", expected: "expected keys and values below this key", found: "large" },
    ]);
  });
});

describe("a rule between settings", () => {
  const schema = z
    .strictObject({ least: z.int("expected a number").default(3), most: z.int("expected a number") })
    .superRefine(
      ruleBetween(({ least, most }, context) => {
        if (least > most) addMistake(context, ["least"], `expected at most ${most}`, { found: least });
      }),
    );
  const found = (input: unknown) => {
    const { error } = schema.safeParse(input);
    return error === undefined ? [] : schemaMistakes(error, input, [], schema);
  };

  test("says what was found, though it be a default", () => {
    expect(found({ most: 2 })).toEqual([{ key: "least", expected: "expected at most 2", found: 3 }]);
  });

  test("is not asked where a value is wrong by itself", () => {
    expect(found({ least: 5, most: "2" })).toEqual([{ key: "most", expected: "expected a number", found: "2" }]);
  });
});
