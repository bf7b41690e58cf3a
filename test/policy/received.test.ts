/** What the engine sends, without Pulumi's marks, and with what they said kept beside it. */
import { describe, expect, test } from "vitest";
import { plain } from "../../policy/received.ts";
import { Level, type SecretValue } from "../../policy/rule.ts";
import { RuleName } from "../../policy/rule-names.ts";
import { rules } from "../../policy/rules.ts";
import { read, unknownValue } from "../../policy/values.ts";
import { container, deployment, labels, pod, secret } from "./cases/objects.ts";

const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

describe("a message of the engine", () => {
  test("gives up its secrets to whoever asks for them by path", () => {
    const secrets: SecretValue[] = [];
    const value = plain(
      { data: secret({ "redis.acl": "user a" }), list: [{ key: secret("b") }], open: 1 },
      "",
      secrets,
    );
    expect(value).toEqual({ data: { "redis.acl": "user a" }, list: [{ key: "b" }], open: 1 });
    expect(secrets).toEqual([
      { path: "data", value: { "redis.acl": "user a" } },
      { path: "list.0.key", value: "b" },
    ]);
  });

  test("says which values a preview cannot know", () => {
    expect(plain({ a: unknownText, b: secret(unknownText) }, "", [])).toEqual({ a: unknownValue, b: unknownValue });
    expect(read({ a: unknownValue }, "a", "b", 0)).toBe(unknownValue);
  });
});

/** Everything that a rule looks at, unknown in turn: a preview must not refuse what `up` may find right. */
describe("a value that a preview cannot know", () => {
  const context = { protection: undefined, zone: "example.org", settings: {} };
  const onPods = rules.filter(({ level }) => level !== Level.Disabled);
  const cases = [
    ["the pod", deployment("web", {}, {})],
    ["the image", deployment("web", {}, { image: unknownText })],
    ["the container", deployment("web", { containers: [unknownText] })],
    ["the containers", deployment("web", { containers: unknownText })],
    ["the security context", deployment("web", {}, { securityContext: unknownText })],
    [
      "the pod's security context",
      deployment("web", { ...pod, securityContext: unknownText, containers: [container] }),
    ],
    ["the resources", deployment("web", {}, { resources: unknownText })],
    ["a probe", deployment("web", {}, { readinessProbe: unknownText })],
    ["the token", deployment("web", { automountServiceAccountToken: unknownText })],
    ["a label", deployment("web", {}, {}, { labels: { ...labels, team: unknownText } })],
    ["all labels", deployment("web", {}, {}, { labels: unknownText })],
  ] as const;
  test.each(cases)("breaks no rule of one resource: %s", (_name, { type, name, properties }) => {
    const secrets: SecretValue[] = [];
    const open = plain(properties, "", secrets) as Record<string, unknown>;
    const resource = { urn: name, type, name, properties: open, secrets, protect: false };
    const found = onPods.flatMap((rule) => ("check" in rule ? rule.check(resource, context) : []));
    expect(found).toEqual([]);
  });

  test("is the namespace of a workload: whether something denies by default is seen when it is known", () => {
    const [defaultDeny] = rules.filter(({ name }) => name === RuleName.DefaultDeny);
    const { type, name, properties } = deployment("web", {}, {}, { namespace: unknownText });
    const open = plain(properties, "", []) as Record<string, unknown>;
    const resource = { urn: name, type, name, properties: open, secrets: [], protect: false };
    expect(
      defaultDeny !== undefined && "checkStack" in defaultDeny && defaultDeny.checkStack([resource], context),
    ).toEqual([]);
  });
});
