/** What the rules find in every stack that is committed, and in what other stack files may ask for, without an engine. */
import { describe, expect, test } from "vitest";
import { plain } from "../../policy/received.ts";
import type { Resource, SecretValue } from "../../policy/rule.ts";
import { rules } from "../../policy/rules.ts";
import type { Properties } from "../../policy/values.ts";
import type { Declared } from "../../render/synthesize.ts";
import { environments } from "../support/stacks.ts";

/** What these stack files say about their data; of the others everything is protected. */
const protections: Readonly<Record<string, string>> = { dev: "retained", staging: "retained" };

/** CKAN's container of a closed site does nothing, so that nothing says whether it does it. The finding is advisory. */
const accepted: Readonly<Record<string, readonly string[]>> = {
  "a closed site": ["probes: sidecar web has no livenessProbe"],
};

// One after the other: they share Pulumi's runtime.
const known: (readonly [string, readonly Resource[]])[] = [];
for (const [name, declare] of Object.entries(environments)) known.push([name, (await declare()).map(received)]);

function received({ urn, type, name, raw, protect }: Declared): Resource {
  const secrets: SecretValue[] = [];
  return { urn, type, name, properties: plain(raw, "", secrets) as Properties, secrets, protect };
}

describe.each(known)("%s", (name, resources) => {
  test("breaks no rule but those that are accepted, and would break some without what it declares for them", () => {
    const context = { protection: protections[name], zone: "example.org", settings: {} };
    const found = (looked: readonly Resource[]) =>
      rules
        .filter(({ level }) => level !== "disabled")
        .flatMap((rule) =>
          "check" in rule
            ? looked.flatMap((resource) => rule.check(resource, context).map((text) => `${rule.name}: ${text}`))
            : rule.checkStack(looked, context).map(({ resource, text }) => `${rule.name} ${resource.name}: ${text}`),
        );
    expect(found(resources)).toEqual(accepted[name] ?? []);
    const withoutPolicies = found(resources.filter(({ type }) => !type.endsWith(":NetworkPolicy")));
    expect(withoutPolicies.length).toBeGreaterThanOrEqual(3);
    expect(withoutPolicies.filter((text) => !text.startsWith("default-deny"))).toEqual(accepted[name] ?? []);
  });
});
