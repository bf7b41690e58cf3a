import { describe, expect, test } from "vitest";
import { found, spellings } from "./secret-leaks.ts";

const value = "hN3-x_9aQ2vLr5TkW0hYc7BmJd4FsGuPa9EoXi3RtV6";
const sought = spellings([{ purpose: "queue", value }]);
const hits = (text: string) => found(text, sought);
const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("a value is found", () => {
  test("as it is, within any text", () => {
    expect(hits(`redis://:${value}@host`)).toEqual(["queue as it is"]);
  });

  test.each(["", "x", "xx", "xxx", "user default on >"])("in base64 after %j, whatever follows", (before) => {
    for (const after of ["", "y", "yy", "yyy"])
      expect(hits(base64(before + value + after))).toEqual(["queue in base64"]);
  });

  test("in base64 with the alphabet for URLs", () => {
    const odd = `${value}ÿþÿþ`;
    const text = Buffer.from(`${odd}?`).toString("base64url");
    expect(found(text, spellings([{ purpose: "token", value: odd }]))).toEqual(["token in base64 for URLs"]);
  });

  test("escaped for URLs and in JSON, where that changes it", () => {
    const odd = spellings([{ purpose: "other", value: 'a "secret" with spaces/slashes' }]);
    expect(found(encodeURIComponent('a "secret" with spaces/slashes'), odd)).toEqual(["other for URLs"]);
    expect(found(JSON.stringify({ key: 'a "secret" with spaces/slashes' }), odd)).toEqual(["other in JSON"]);
  });
});

describe("nothing is found", () => {
  test("in a text without the value, nor by a part of it", () => {
    expect(hits("")).toEqual([]);
    expect(hits(value.slice(1))).toEqual([]);
    expect(hits(base64(value.slice(0, -3)))).toEqual([]);
  });
});

describe("what is reported", () => {
  test("never is the value", () => {
    expect(JSON.stringify(hits(value + base64(value)))).not.toContain(value);
    expect(hits(value + base64(value))).toEqual(["queue as it is", "queue in base64"]);
  });

  test("a spelling counts once: of a value that needs no escaping there are four", () => {
    expect(sought.map(({ form }) => form).sort()).toEqual(["as it is", "in base64", "in base64", "in base64"]);
  });
});
