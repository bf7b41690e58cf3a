/** The stand-ins are as strict as they say: without this, a green engine test would prove little. */
import { expect, test } from "vitest";
import { SdkTypes } from "./inputs.ts";

const types = new SdkTypes("@pulumi/cloudflare", ["dnsRecord", "ruleset"]);
const record = "cloudflare:index/dnsRecord:DnsRecord";
const ruleset = "cloudflare:index/ruleset:Ruleset";
const right = { zoneId: "z", name: "n", type: "A", content: "203.0.113.10", ttl: 1, proxied: true };

const rule = { action: "block", expression: "true", ratelimit: { characteristics: ["ip.src"], period: 10 } };
const rules = (changes: object) => ({
  kind: "zone",
  name: "n",
  phase: "p",
  zoneId: "z",
  rules: [{ ...rule, ...changes }],
});

test.each([
  ["nothing wrong", record, right, []],
  ["a value that is not known yet", record, { ...right, ttl: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" }, []],
  ["an unknown property", record, { ...right, value: "x" }, [["value", "is unknown"]]],
  ["text for a number", record, { ...right, ttl: "1" }, [["ttl", "expected number, got string"]]],
  ["a missing property", record, { ...right, zoneId: undefined }, [["zoneId", "is required"]]],
  ["a right ruleset", ruleset, rules({}), []],
  [
    "an unknown property deep inside",
    ruleset,
    rules({ ratelimit: { ...rule.ratelimit, timeout: 1 } }),
    [["rules[0].ratelimit.timeout", "is unknown"]],
  ],
  [
    "a missing property deep inside",
    ruleset,
    rules({ ratelimit: { period: 10 } }),
    [["rules[0].ratelimit.characteristics", "is required"]],
  ],
  [
    "a list for an object",
    ruleset,
    rules({ ratelimit: [] }),
    [["rules[0].ratelimit", "expected RulesetRuleRatelimit, got a list"]],
  ],
  [
    "text for a list",
    ruleset,
    { ...rules({}), rules: "all" },
    [["rules", "expected Input<RulesetRule>[], got string"]],
  ],
] as const)("%s", (_name, type, inputs, failures) => {
  expect(types.failures(type, inputs).map(({ property, reason }) => [property, reason])).toEqual(failures);
});
