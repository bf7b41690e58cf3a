/** Every object of the committed stacks has a place that a reader of a report knows. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { kindOf, placeOf } from "../../review/place.ts";

test.each(["dev", "staging", "prod"])("every component of the stack %s is known by a part's name", (stack) => {
  const urns = readFileSync(new URL(`../stacks/urns.${stack}.txt`, import.meta.url), "utf8")
    .trim()
    .split("\n");
  const components = urns.filter((urn) => (urn.split("::")[2] ?? "").split("$").at(-1)?.startsWith("ckan:index:"));
  expect(components.length).toBeGreaterThan(5);
  const unknown = components.filter((urn) => {
    const type = (urn.split("::")[2] ?? "").split("$").at(-1) ?? "";
    return placeOf(urn, "").part === kindOf(type);
  });
  expect(unknown).toEqual([]);
});
