import { describe, expect, test } from "vitest";
import { deepMerge, isObject, valueAt } from "../../config/merge.ts";

describe("an instance lies over the defaults:", () => {
  test.each([
    ["its own value wins", { a: 1 }, { a: 2 }, { a: 2 }],
    ["keys of both stay", { a: 1 }, { b: 2 }, { a: 1, b: 2 }],
    [
      "objects merge at every depth",
      { a: { b: { c: 1, d: 2 } } },
      { a: { b: { d: 3 } } },
      { a: { b: { c: 1, d: 3 } } },
    ],
    ["a list replaces a list", { a: [1, 2, 3] }, { a: [4] }, { a: [4] }],
    ["a scalar replaces an object", { a: { b: 1 } }, { a: 2 }, { a: 2 }],
    ["an object replaces a scalar", { a: 1 }, { a: { b: 2 } }, { a: { b: 2 } }],
    ["false and zero are values", { a: true, b: 1 }, { a: false, b: 0 }, { a: false, b: 0 }],
    ["null is a value", { a: { b: 1 } }, { a: null }, { a: null }],
    ["undefined is none", { a: 1 }, { a: undefined }, { a: 1 }],
    ["the same kind merges", { kind: "x", a: 1 }, { kind: "x", b: 2 }, { kind: "x", a: 1, b: 2 }],
    ["a kind that is not repeated merges", { kind: "x", a: 1 }, { b: 2 }, { kind: "x", a: 1, b: 2 }],
    ["another kind replaces the whole", { kind: "x", a: 1 }, { kind: "y", b: 2 }, { kind: "y", b: 2 }],
    ["a kind where there was none merges", { a: 1 }, { kind: "x" }, { a: 1, kind: "x" }],
    [
      "an autoscaler replaces a number of pods",
      { replicas: 3, a: 1 },
      { scaling: { b: 1 } },
      { scaling: { b: 1 }, a: 1 },
    ],
    ["a number of pods replaces an autoscaler", { scaling: { b: 1 } }, { replicas: 3 }, { replicas: 3 }],
    [
      "both are left for the rules to refuse",
      { replicas: 3 },
      { replicas: 2, scaling: {} },
      { replicas: 2, scaling: {} },
    ],
  ])("%s", (_name, under, over, merged) => {
    expect(deepMerge(under, over)).toEqual(merged);
  });

  test("neither of the two is changed", () => {
    const under = { a: { b: 1 } };
    const over = { a: { c: 2 } };
    deepMerge(under, over);
    expect([under, over]).toEqual([{ a: { b: 1 } }, { a: { c: 2 } }]);
  });
});

test.each([
  [{}, true],
  [[], false],
  [null, false],
  ["text", false],
  [undefined, false],
])("isObject(%j) is %s", (value, expected) => {
  expect(isObject(value)).toBe(expected);
});

test.each([
  [["a", "b"], 1],
  [["a"], { b: 1 }],
  [["a", "b", "c"], undefined],
  [["x", "y"], undefined],
  [[], { a: { b: 1 } }],
])("the value at %j is %j", (path, expected) => {
  expect(valueAt({ a: { b: 1 } }, path)).toEqual(expected);
});
