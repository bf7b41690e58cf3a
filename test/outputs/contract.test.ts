/** What is committed beside the contract is what its one source gives, and no reader of its version is broken. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type * as consumer from "../../consumer/src/contract.ts";
import { contractVersion as consumed } from "../../consumer/src/contract.ts";
import { breakingChanges } from "../../outputs/compatibility.ts";
import type { EnvironmentDocument } from "../../outputs/contract.ts";
import { contractSchema, type Schema } from "../../outputs/json-schema.ts";
import { withFieldTable } from "../../outputs/reference.ts";
import { contractTypes } from "../../outputs/typescript.ts";
import { contractVersion } from "../../outputs/version.ts";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const schemaOf = (version: number): Schema => JSON.parse(read(`outputs/contract.v${version}.schema.json`));

describe("`npm run schema` would change nothing in", () => {
  test("the JSON Schema of this version", () => {
    expect(read(`outputs/contract.v${contractVersion}.schema.json`)).toBe(
      `${JSON.stringify(contractSchema(), null, 2)}\n`,
    );
  });

  test("the types of the consumer's package", () => {
    expect(read("consumer/src/contract.ts")).toBe(contractTypes(contractSchema()));
  });

  test("the table of fields in docs/outputs.md", () => {
    const page = read("docs/outputs.md");
    expect(withFieldTable(page, contractSchema())).toBe(page);
  });
});

describe("a version", () => {
  test("once published keeps every field, with its type", () => {
    expect(breakingChanges(schemaOf(contractVersion), contractSchema())).toEqual([]);
  });

  test("is the major version of the consumer's package, which knows it", () => {
    const { version } = JSON.parse(read("consumer/package.json")) as { version: string };
    expect(Number(version.split(".")[0])).toBe(contractVersion);
    expect(consumed).toBe(contractVersion);
  });

  test("keeps its schema when another follows", () => {
    for (let version = 1; version <= contractVersion; version += 1) {
      expect(schemaOf(version)["properties"], `version ${version}`).toMatchObject({
        contractVersion: { const: version },
      });
    }
  });
});

test("the consumer's types take every document that the schema describes", () => {
  const asConsumed = (document: EnvironmentDocument): consumer.EnvironmentDocument => document;
  const least = { contractVersion, environment: "dev", instances: {}, credentials: {} } as const;
  expect(asConsumed(least)).toBe(least);
});

test("a page without the marks of the table is an error", () => {
  expect(() => withFieldTable("# Outputs\n", contractSchema())).toThrow("docs/outputs.md: expected <!-- fields:");
});
