/** A schema as the argument of a component: what a program writes, and what the component gets. */
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { type Arguments, checked, resolveSecrets } from "../../config/arguments.ts";
import { confidential, orOutput, secretKey } from "../../config/marks.ts";

const server = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("own"), size: z.int("expected a size").default(1) }),
  z.strictObject({
    kind: z.literal("external"),
    host: orOutput(z.string("expected a host").regex(/^[a-z.]+$/, "expected a host"), "host.invalid"),
    port: z.int().default(80),
    administrator: z.strictObject({ passwordFrom: secretKey({ urlSafe: true }) }),
    bundle: confidential(z.string("expected text").max(3, "expected less")).optional(),
  }),
]);
const external = { kind: "external", host: "db.example", administrator: { password: "plain" } } as const;
const messageOf = (given: Arguments<typeof server>) => {
  try {
    return checked(server, given, "a-server");
  } catch (error) {
    return (error as Error).message;
  }
};
const wrong = (given: object) => messageOf(given as Arguments<typeof server>);
const report = (...lines: readonly string[]) =>
  `The arguments of a-server have ${lines.length === 1 ? "1 mistake" : `${lines.length} mistakes`}; nothing was created or changed:\n${lines.map((line) => `  ${line}`).join("\n")}`;

describe("a component", () => {
  test("gets what was written and the schema's defaults", () => {
    expect(checked(server, { kind: "own" }, "a-server")).toEqual({ kind: "own", size: 1 });
  });

  test("gets secrets by the name of the setting without From, and outputs as they are", () => {
    const [host, password] = [pulumi.output("late.example"), pulumi.secret("s")];
    const given = checked(server, { kind: "external", host, administrator: { password } }, "a-server");
    if (given.kind !== "external") throw new Error("another kind");
    expect(Object.keys(given)).toEqual(["kind", "host", "port", "administrator"]);
    expect([given.host === host, given.administrator.password === password, given.port]).toEqual([true, true, 80]);
  });

  test("is told without a trace, which Node.js would take half a minute to colour", () => {
    expect(() => checked(server, { kind: "own", size: 0.5 }, "a-server")).toThrow(
      expect.objectContaining({ name: "ArgumentsError", stack: "" }),
    );
  });

  test("gets again what it got", () => {
    const once = checked(server, external, "a-server");
    expect(checked(server, once, "a-server")).toEqual(once);
  });

  test.each([
    ["a value", { kind: "own", size: "big" }, ['size: expected a size, got "big"']],
    [
      "a key that nobody knows",
      { kind: "own", sise: 1 },
      ["sise: expected nothing here: this key is unknown; look for a spelling mistake or remove it"],
    ],
    [
      "the stack file's word for a secret",
      { ...external, administrator: { passwordFrom: "key" } },
      ["administrator.password: expected a secret: text, or an output"],
    ],
    [
      "a missing secret, under the name that a program knows",
      { ...external, administrator: {} },
      ["administrator.password: expected a secret: text, or an output"],
    ],
    ["a text in place of an output", { ...external, host: "DB" }, ['host: expected a host, got "DB"']],
    [
      "a secret in plain text, which is not shown",
      { ...external, administrator: { password: "a/b" } },
      ["administrator.password: expected a password of letters, digits, ., _, ~ and - only: it becomes part of a URL"],
    ],
    ["what may hold a secret, which is not shown", { ...external, bundle: "long" }, ["bundle: expected less"]],
    [
      "several things",
      { ...external, host: "DB", port: 0.5 },
      ['host: expected a host, got "DB"', "port: expected a int, got 0.5"],
    ],
  ])("refuses %s, with what to write", (_, given, lines) => {
    expect(wrong(given)).toBe(report(...lines));
  });
});

describe("a stack file's settings", () => {
  test("name secrets, which a program has", () => {
    const settings = server.parse({ kind: "external", host: "db.example", administrator: { passwordFrom: "key" } });
    expect(resolveSecrets(server, settings, (key) => `value of ${key}`)).toEqual({
      kind: "external",
      host: "db.example",
      port: 80,
      administrator: { password: "value of key" },
    });
  });
});
