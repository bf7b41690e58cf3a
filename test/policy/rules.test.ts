/** Every rule over the cases that break it and those that do not, as plain objects. */
import { describe, expect, test } from "vitest";
import { plain } from "../../policy/received.ts";
import { type Context, Level, type Resource, type Rule, type SecretValue } from "../../policy/rule.ts";
import { RuleName } from "../../policy/rule-names.ts";
import { rules } from "../../policy/rules.ts";
import type { Properties } from "../../policy/values.ts";
import { type Case, cases, configured, surroundings } from "./cases/cases.ts";
import { type Declaration, type Settings, zone } from "./cases/objects.ts";

function received({ type, name, properties, protect = false }: Declaration): Resource {
  const secrets: SecretValue[] = [];
  const open = plain(properties, "", secrets) as Properties;
  return { urn: `urn:${type}::${name}`, type, name, properties: open, secrets, protect };
}

const stack = (outputs: Settings = {}): Declaration => ({
  type: "pulumi:pulumi:Stack",
  name: "<stack>",
  properties: { outputs },
});

/** What all rules that are on find, and those that have settings here. */
function findings(declarations: readonly Declaration[], settings: Readonly<Partial<Record<RuleName, Settings>>> = {}) {
  const resources = [...surroundings, ...declarations].map(received);
  const on = rules.filter(({ name, level }) => level !== Level.Disabled || settings[name] !== undefined);
  return on.flatMap((rule) => {
    const context: Context = { protection: undefined, zone, settings: settings[rule.name] ?? {} };
    const found = foundBy(rule, resources, context);
    return found.map(({ resource, text }) => [rule.name, resource.name, text]);
  });
}

function foundBy(rule: Rule, resources: readonly Resource[], context: Context) {
  if ("checkStack" in rule) return rule.checkStack(resources, context);
  return resources.flatMap((resource) => rule.check(resource, context).map((text) => ({ resource, text })));
}

const expected = ({ rule, findings }: Case) => findings.map(([name, text]) => [rule, name, text]);

test("every rule has a failing and a passing case", () => {
  const covered = [...cases, ...configured].filter(({ good, bad }) => good.length > 0 && bad.length > 0);
  expect([...new Set(covered.map(({ rule }) => rule))].sort()).toEqual(Object.values(RuleName).sort());
  expect(rules.map(({ name }) => name).sort()).toEqual(Object.values(RuleName).sort());
});

describe.each(cases.map((one) => [one.rule, one] as const))("%s", (_rule, one) => {
  test("finds exactly what is wrong, and no other rule finds anything", () => {
    expect(findings([...one.bad, stack(one.badOutputs)])).toEqual(expected(one));
  });

  test("finds nothing where nothing is wrong", () => {
    expect(findings([...one.good, stack(one.goodOutputs)])).toEqual([]);
  });
});

describe.each(configured.map((one) => [one.rule, one] as const))("%s with settings of the pack", (_rule, one) => {
  test("finds exactly what is wrong by them, and nothing else", () => {
    const settings = { [one.rule]: one.settings };
    expect(findings(one.bad, settings)).toEqual(expected(one));
    expect(findings(one.good, settings)).toEqual([]);
  });
});
