import { expect, test } from "vitest";
import { contentName } from "../../../components/kubernetes/names.ts";

const content = { a: 1, b: { c: [1, 2], d: "text" } };

test("a name of content is the name and eight characters of a hash", () => {
  expect(contentName("opendata-web", content)).toMatch(/^opendata-web-[0-9a-f]{8}$/);
});

test.each([
  ["the same content", { a: 1, b: { c: [1, 2], d: "text" } }],
  ["its keys in another order", { b: { d: "text", c: [1, 2] }, a: 1 }],
  ["a key without a value", { ...content, e: undefined }],
])("%s gives the same name", (_name, other) => {
  expect(contentName("n", other)).toBe(contentName("n", content));
});

test.each([
  ["another value", { ...content, a: 2 }],
  ["another type of value", { ...content, a: "1" }],
  ["another key", { ...content, e: null }],
  ["a list in another order", { a: 1, b: { c: [2, 1], d: "text" } }],
  ["a list for its items", { a: 1, b: { c: [[1, 2]], d: "text" } }],
])("%s gives another name", (_name, other) => {
  expect(contentName("n", other)).not.toBe(contentName("n", content));
});
