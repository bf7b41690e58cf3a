import { describe, expect, test } from "vitest";
import { differences } from "../../review/difference.ts";
import { masked } from "../../review/mask.ts";

const value = (path: string, old: string | undefined, next: string | undefined) => ({
  kind: "value",
  path,
  ...(old !== undefined && { old }),
  ...(next !== undefined && { next }),
});

describe("What differs", () => {
  test.each([
    ["a number", { spec: { replicas: 1 } }, { spec: { replicas: 3 } }, [value("spec.replicas", "1", "3")]],
    ["what is new", {}, { a: { b: [1] } }, [value("a", undefined, '{"b":[1]}')]],
    ["what goes", { a: null }, {}, [value("a", "null", undefined)]],
    ["a key with signs in it", { "a/b": 1 }, { "a/b": 2 }, [value('["a/b"]', "1", "2")]],
    ["nothing", { a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, []],
  ])("%s", (_, old, next, expected) => {
    expect(differences(old, next)).toEqual(expected);
  });

  test("items of a list are told apart by their name, wherever they stand", () => {
    const old = {
      env: [
        { name: "A", value: "1" },
        { name: "B", value: "2" },
      ],
    };
    const next = {
      env: [
        { name: "B", value: "3" },
        { name: "A", value: "1" },
      ],
    };
    expect(differences(old, next)).toEqual([value("env[B].value", "2", "3")]);
  });

  test("items without a name are told apart by what they are", () => {
    const old = { egress: [{ port: 53 }, { port: 5432 }] };
    const next = { egress: [{ port: 443 }, { port: 53 }, { port: 5432 }] };
    expect(differences(old, next)).toEqual([value("egress[]", undefined, '{"port":443}')]);
    expect(differences(next, old)).toEqual([value("egress[]", '{"port":443}', undefined)]);
    expect(differences({ a: ["x", "x"] }, { a: ["x"] })).toEqual([value("a[]", "x", undefined)]);
    expect(differences({ a: ["x", "y"] }, { a: ["x", "z"] })).toEqual([value("a[1]", "y", "z")]);
  });

  test("of a text of several lines the lines are shown, with one before and one after", () => {
    const old = "a = 1\nb = 2\nc = 3\nd = 4\n";
    expect(differences({ data: { "ckan.ini": old } }, { data: { "ckan.ini": old.replace("2", "5") } })).toEqual([
      { kind: "text", path: 'data["ckan.ini"]', lines: [" a = 1", "-b = 2", "+b = 5", " c = 3"] },
    ]);
  });

  test("a secret is never in it: its change is", () => {
    const texts = differences({ "a.ini": "x = 1\nsmtp.password = one\n" }, { "a.ini": "x = 1\nsmtp.password = two\n" });
    expect(texts).toEqual([
      {
        kind: "text",
        path: '["a.ini"]',
        lines: [" x = 1", `-smtp.password = ${masked}`, `+smtp.password = ${masked}`],
      },
    ]);
    expect(differences({ password: "one" }, { password: "two" })).toEqual([value("password", masked, masked)]);
    const variables = (text: string) => ({ env: [{ name: "SMTP_PASSWORD", value: text }] });
    expect(differences(variables("one"), variables("two"))).toEqual([
      value("env[SMTP_PASSWORD].value", masked, masked),
    ]);
  });
});
