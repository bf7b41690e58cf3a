/** What the toolchain's Pulumi gets of this machine, by the stack that it is asked for. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { namedStack, pulumiEnvironment } from "../../toolchain/backend.ts";

const tools = { bin: "/nowhere/bin", home: "/nowhere/home" };
const variables = ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"];
const given = Object.fromEntries(variables.map((name) => [name, process.env[name]]));

beforeAll(() => {
  for (const name of variables) delete process.env[name];
});

afterAll(() => {
  for (const name of variables) if (given[name] !== undefined) process.env[name] = given[name];
});

test.each([
  ["up -s prod", "prod"],
  ["preview --stack staging", "staging"],
  ["preview --stack=staging", "staging"],
  ["stack init prod", "prod"],
  ["stack init --secrets-provider gcpkms://x prod", undefined],
  ["stack ls", undefined],
  ["up", undefined],
])("`pulumi %s` names the stack %s", (line, stack) => {
  expect(namedStack(line.split(" "))).toBe(stack);
});

describe("the public passphrase of the dev stack", () => {
  test("is there for the dev stack", () => {
    expect(pulumiEnvironment(tools)["PULUMI_CONFIG_PASSPHRASE_FILE"]).toMatch(/passphrase$/);
  });

  test("encrypts no other stack's secrets: Pulumi asks for one", () => {
    expect(pulumiEnvironment(tools, "prod")["PULUMI_CONFIG_PASSPHRASE_FILE"]).toBe(undefined);
  });
});
