/** Exceptions from the policy pack's rules: a bad one gives one line that says what to write, and a good one declares nothing. */
import { describe, expect, test } from "vitest";
import { RuleName } from "../../../policy/rule-names.ts";
import { stackFile } from "../../support/configuration.ts";
import { declaredBy, refusalOf } from "../../support/program.ts";

const exception = {
  rule: "probes",
  resource: "opendata-web",
  reason: "the image of a guest has no probe yet",
  expires: "2027-01-31",
};
const excepting = (...exceptions: readonly object[]) => stackFile(undefined, { "ckan:policyExceptions": exceptions });
const without = (key: keyof typeof exception) => ({ ...exception, [key]: undefined });
const rule = `expected a rule of the policy pack: ${Object.values(RuleName).join(", ")}`;
const resource =
  "expected the logical name of a resource, such as opendata-web; an asterisk may stand at its end, for any ending";
const day = "expected the last day of the exception, such as 2027-01-31";
const unknownKey = "expected nothing here: this key is unknown; look for a spelling mistake or remove it";
const at = "ckan:policyExceptions";

test.each([
  [
    "no list",
    stackFile(undefined, { [at]: exception }),
    `${at}: expected a list of exceptions, got ${JSON.stringify(exception)}`,
  ],
  ["text", stackFile(undefined, { [at]: "probes" }), `${at}: expected a list of exceptions, got "probes"`],
  [
    "an item that is text",
    stackFile(undefined, { [at]: ["probes"] }),
    `${at}.0: expected keys and values below this key, got "probes"`,
  ],
  ["a rule that does not exist", excepting({ ...exception, rule: "probe" }), `${at}.0.rule: ${rule}, got "probe"`],
  ["no rule", excepting(without("rule")), `${at}.0.rule: ${rule}, got nothing`],
  ["no resource", excepting(without("resource")), `${at}.0.resource: ${resource}, got nothing`],
  ["every resource", excepting({ ...exception, resource: "*" }), `${at}.0.resource: ${resource}, got "*"`],
  [
    "an asterisk in the middle",
    excepting({ ...exception, resource: "open*-web" }),
    `${at}.0.resource: ${resource}, got "open*-web"`,
  ],
  ["no reason", excepting(without("reason")), `${at}.0.reason: expected text, got nothing`],
  ["an empty reason", excepting({ ...exception, reason: "" }), `${at}.0.reason: expected text, not nothing, got ""`],
  ["no end", excepting(without("expires")), `${at}.0.expires: ${day}, got nothing`],
  ["an end in words", excepting({ ...exception, expires: "never" }), `${at}.0.expires: ${day}, got "never"`],
  [
    "a day that does not exist",
    excepting({ ...exception, expires: "2027-02-30" }),
    `${at}.0.expires: ${day}, got "2027-02-30"`,
  ],
  ["a key that does not exist", excepting({ ...exception, until: "2027-01-31" }), `${at}.0.until: ${unknownKey}`],
  [
    "one exception twice",
    excepting(exception, { ...exception, expires: "2028-01-31" }),
    `${at}.1: expected one exception for each rule and resource: this one stands above already, got ${JSON.stringify({ ...exception, expires: "2028-01-31" })}`,
  ],
] as const)("%s", async (_name, file, line) => {
  expect(await refusalOf(file)).toEqual({
    message: `The stack file has 1 mistake; nothing was created or changed:\n  ${line}`,
    registered: 0,
  });
});

test("all mistakes are in one report", async () => {
  const { message } = await refusalOf(excepting({ rule: "probe", reason: "" }, { ...exception, expires: "soon" }));
  expect(message.split("\n").map((text) => text.trim().split(": ")[0])).toEqual([
    "The stack file has 5 mistakes; nothing was created or changed:",
    `${at}.0.expires`,
    `${at}.0.reason`,
    `${at}.0.resource`,
    `${at}.0.rule`,
    `${at}.1.expires`,
  ]);
});

describe("an exception, expired ones too,", () => {
  test.each(["2027-01-31", "2020-01-31", "2027-01-31 00:00:00 +0000 UTC"])(
    "changes nothing that is declared (%s)",
    async (expires) => {
      const plain = await declaredBy(stackFile());
      expect(await declaredBy(excepting({ ...exception, expires }))).toEqual(plain);
      expect(plain.length).toBeGreaterThan(50);
    },
  );
});
