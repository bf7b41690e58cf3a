import { describe, expect, test } from "vitest";
import { readOptions, UsageError } from "../../review/options.ts";

describe("The command line", () => {
  test("names stacks, and where their previews come from", () => {
    const { sources } = readOptions([
      "dev",
      "prod",
      "--from",
      "prod=out/prod.json",
      "--from=staging=s.json",
      "--skipped",
      "test=no file = no change",
    ]);
    expect(sources).toEqual([
      { kind: "run", stack: "dev" },
      { kind: "file", stack: "prod", path: "out/prod.json" },
      { kind: "file", stack: "staging", path: "s.json" },
      { kind: "skipped", stack: "test", reason: "no file = no change" },
    ]);
  });

  test("has defaults", () => {
    expect(readOptions(["dev"])).toEqual({
      sources: [{ kind: "run", stack: "dev" }],
      markdown: undefined,
      json: undefined,
      failOn: [],
      limit: 60_000,
      today: undefined,
      policyPacks: [],
      command: ["pulumi"],
    });
  });

  test("takes everything else", () => {
    const args = [
      "dev",
      "--fail-on",
      "data-detached, data-loss",
      "--limit",
      "2000",
      "--today",
      "2026-11-22",
      "--policy-pack",
      "policy",
      "--pulumi",
      "node x.ts",
    ];
    expect(readOptions(args)).toMatchObject({
      failOn: ["data-loss", "data-detached"],
      limit: 2000,
      today: "2026-11-22",
      policyPacks: ["policy"],
      command: ["node", "x.ts"],
    });
  });

  test.each([
    [[], "expected at least one stack"],
    [["dev", "--fail-on", "data-los"], "--fail-on: unknown data-los; choose from data-loss, "],
    [["dev", "--limit", "10"], "--limit: expected a whole number of at least 2000, got 10"],
    [["dev", "--limit", "many"], "--limit: expected a whole number of at least 2000, got many"],
    [["--from", "dev.json"], "--from: expected <stack>=..., got dev.json"],
    [["--from", "a=b", "--from", "a=c"], "--from: a is named twice"],
    [["--from", "a=b", "--skipped", "a=c"], "a: expected --from or --skipped, not both"],
    [["dev", "--today", "tomorrow"], "--today: expected a date such as 2026-11-22, got tomorrow"],
    [["dev", "--fial-on", "x"], "Unknown option '--fial-on'"],
  ])("%j is refused", (args, message) => {
    expect(() => readOptions(args)).toThrow(UsageError);
    expect(() => readOptions(args)).toThrow(message);
  });
});
