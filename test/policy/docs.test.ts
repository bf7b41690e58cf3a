/** docs/policy.md lists the rules and settings that the pack has. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { rules } from "../../policy/rules.ts";

const text = readFileSync(new URL("../../docs/policy.md", import.meta.url), "utf8");

const upper = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`.replace(/\.{4}$/, "...");

function section(name: string): readonly string[] {
  const [, found = ""] = text.split(`<!-- ${name} -->\n`);
  return (found.split(`<!-- end of ${name} -->`)[0] ?? "").trim().split("\n");
}

test("every rule is documented as it is", () => {
  const rows = rules.map(
    ({ name, level, demand, reason, remedy }) =>
      `| \`${name}\` | ${level} | ${demand} ${upper(reason)} | ${upper(remedy)} |`,
  );
  expect(section("rules")).toEqual([
    "| rule | level | what it asks for, and why | remedy |",
    "|---|---|---|---|",
    ...rows,
  ]);
});

test("every setting is documented as it is", () => {
  const rows = rules.flatMap(({ name, settings = {} }) =>
    Object.entries(settings).map(([key, { description }]) => `| \`${name}.${key}\` | ${description} |`),
  );
  expect(section("settings")).toEqual(["| setting | meaning |", "|---|---|", ...rows]);
  expect(rows.length).toBe(4);
});
