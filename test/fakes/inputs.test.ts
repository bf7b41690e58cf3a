/** The fakes are as strict as they say: without this, a green engine test would prove little. */
import { expect, test } from "vitest";
import { recordFailures, rulesetFailures, totalTlsFailures } from "./cloudflare-values.ts";
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
  ["text that is a number for a number", record, { ...right, ttl: "1" }, []],
  ["a number for text", record, { ...right, name: 5 }, []],
  ["a word for a number", record, { ...right, ttl: "soon" }, [["ttl", "expected number, got string"]]],
  ["text for yes or no", record, { ...right, proxied: "true" }, [["proxied", "expected false or true, got string"]]],
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

const zoneId = "0".repeat(32);
const cached = { ref: "a", expression: "true", action: "set_cache_settings" };
const phase = { zoneId, name: "n", kind: "zone", phase: "http_request_cache_settings" };
const withRule = (changes: object) => rulesetFailures({ ...phase, rules: [{ ...cached, ...changes }] });

test.each([
  ["a right record", recordFailures({ zoneId, type: "A", content: "203.0.113.10" }), []],
  ["a right ruleset", withRule({ actionParameters: { cache: true, edgeTtl: { mode: "override_origin" } } }), []],
  ["a type of records that nobody knows", recordFailures({ zoneId, type: "FOO", content: "x" }), ["type"]],
  ["content beside data", recordFailures({ zoneId, type: "CAA", content: "x", data: {} }), ["data"]],
  ["a right record in small letters", recordFailures({ zoneId, type: "a", content: "203.0.113.10" }), []],
  [
    "an authority that Cloudflare does not ask",
    totalTlsFailures({ certificateAuthority: "acme" }),
    ["certificateAuthority"],
  ],
  ["a zone's name for its id", rulesetFailures({ ...phase, zoneId: "example.org" }), ["zoneId"]],
  ["no zone", rulesetFailures({ ...phase, zoneId: undefined }), ["zoneId"]],
  ["a ruleset without a name", rulesetFailures({ ...phase, name: "" }), ["name"]],
  ["an unknown phase and kind", rulesetFailures({ ...phase, phase: "p", kind: "k" }), ["kind", "phase"]],
  ["an unknown action", withRule({ action: "cache" }), ["rules[0].action"]],
  ["an empty expression and ref", withRule({ expression: "", ref: "" }), ["rules[0].ref", "rules[0].expression"]],
  [
    "an unknown mode",
    withRule({ actionParameters: { edgeTtl: { mode: "bypass" } } }),
    ["rules[0].actionParameters.edgeTtl.mode"],
  ],
  [
    "a redirect that is none",
    withRule({ action: "redirect", actionParameters: { fromValue: { statusCode: 306 } } }),
    ["rules[0].actionParameters.fromValue.statusCode"],
  ],
  [
    "a cache for what is blocked",
    withRule({ action: "block", actionParameters: { cache: false } }),
    ["rules[0].actionParameters.cache"],
  ],
])("Cloudflare's fake refuses as the real one does: %s", (_name, failures, properties) => {
  expect(failures.map(({ property }) => property)).toEqual(properties);
});
