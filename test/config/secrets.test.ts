import { describe, expect, test } from "vitest";
import { z } from "zod";
import { secretKey } from "../../config/marks.ts";
import { namedSecrets, secretMistakes, unknownKeys } from "../../config/secrets.ts";

/** As a stack file says it: what is parsed has a brand. */
const named = (key: string) => key as string & z.core.$brand<"input">;

const ofKind = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("own") }),
  z.strictObject({ kind: z.literal("external"), passwordFrom: secretKey({ urlSafe: true }) }),
]);
const schema = z.strictObject({
  queue: ofKind,
  mail: z.strictObject({ passwordFrom: secretKey({ withoutPercent: true }).optional() }).optional(),
  search: z.strictObject({ passwordFrom: secretKey({ withoutBlanks: true }).prefault(named("search")) }).prefault({}),
  registries: z.array(z.strictObject({ passwordFrom: secretKey() })).default([]),
  settings: z
    .record(
      z.string(),
      secretKey((setting) => ({ withoutPercent: setting === "a" })),
    )
    .default({}),
});
const keys = (input: object) =>
  namedSecrets(schema, schema.parse(input), "at").map(({ key, setting }) => [key, setting]);

describe("the secrets that settings name", () => {
  test.each<[string, object, readonly (readonly string[])[]]>([
    ["by default", { queue: { kind: "own" } }, [["search", "at.search.passwordFrom"]]],
    [
      "of the kind that is chosen",
      { queue: { kind: "external", passwordFrom: "queue" } },
      [
        ["queue", "at.queue.passwordFrom"],
        ["search", "at.search.passwordFrom"],
      ],
    ],
    [
      "in what is optional, in lists and by names of one's own choice",
      {
        queue: { kind: "own" },
        mail: { passwordFrom: "m" },
        registries: [{ passwordFrom: "r" }],
        settings: { a: "s" },
      },
      [
        ["m", "at.mail.passwordFrom"],
        ["search", "at.search.passwordFrom"],
        ["r", "at.registries.0.passwordFrom"],
        ["s", "at.settings.a"],
      ],
    ],
  ])("%s", (_, input, named) => {
    expect(keys(input)).toEqual(named);
  });

  test("of settings that could not be read are none", () => {
    expect(namedSecrets(schema, undefined, "")).toEqual([]);
  });
});

describe("a secret", () => {
  const all = namedSecrets(
    schema,
    schema.parse({
      queue: { kind: "external", passwordFrom: "queue" },
      mail: { passwordFrom: "mail" },
      settings: { a: "a", b: "b" },
    }),
    "at",
  );
  const right = { queue: "safe-text", mail: "any text", search: "100%", a: "x y", b: "100 %" };

  test("that is there and usable is no mistake", () => {
    expect(secretMistakes(right, all)).toEqual([]);
  });

  test.each([undefined, ""])("that is %j is missed with the setting that names it", (mail) => {
    const expected =
      "expected a secret, because at.mail.passwordFrom names it: run pulumi config set --secret ckan:mail";
    expect(secretMistakes({ ...right, mail }, all)).toEqual([{ key: "mail", expected }]);
  });

  test.each([
    ["queue", "a/b", "expected a password of letters, digits, ., _, ~ and - only: it becomes part of a URL"],
    ["search", "a b", "expected a password without blanks: CKAN would hand over a + in place of each"],
    [
      "mail",
      "100%",
      "expected a value without %, because at.mail.passwordFrom names it: CKAN takes it for a default of its ini file, where % begins a reference",
    ],
    [
      "a",
      "100%",
      "expected a value without %, because at.settings.a names it: CKAN takes it for a default of its ini file, where % begins a reference",
    ],
  ])("%s may not be %j, and is not shown", (key, value, expected) => {
    expect(secretMistakes({ ...right, [key]: value }, all)).toEqual([{ key, expected }]);
  });

  test("that nothing names is unknown, and settings are not", () => {
    const expected = "expected nothing here: this key is unknown; look for a spelling mistake or remove it";
    expect(unknownKeys({ ...right, cluster: {}, other: "x" }, ["cluster"], all)).toEqual([{ key: "other", expected }]);
  });
});
