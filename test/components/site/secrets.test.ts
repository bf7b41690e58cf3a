import { describe, expect, test } from "vitest";
import { secretMistakes } from "../../../components/site/secrets.ts";
import { instanceSchema } from "../../../components/site/settings.ts";
import { external, instance } from "../../support/configuration.ts";

const own = instanceSchema.parse(instance);
const bringing = instanceSchema.parse({ ...instance, ...external });
const all = { databasePassword: "any text", queuePassword: "safe-text", accessKey: "a", secretKey: "s" };
const missing = (key: string, setting: string) => ({
  key,
  expected: `expected a secret, because instances.a.${setting} names it: run pulumi config set --secret ckan:${key}`,
});
const unknown = (key: string) => ({
  key,
  expected: "expected nothing here: this key is unknown; look for a spelling mistake or remove it",
});

test.each([
  ["no server of somebody else, no secrets", {}, { a: own }, []],
  ["every named secret is there", all, { a: bringing }, []],
  ["two instances may name one secret", all, { a: bringing, b: bringing }, []],
  [
    "every missing secret is said with the setting that names it",
    {},
    { a: bringing },
    [
      missing("databasePassword", "database.administrator.passwordFrom"),
      missing("queuePassword", "queue.passwordFrom"),
      missing("accessKey", "files.accessKeyFrom"),
      missing("secretKey", "files.secretKeyFrom"),
    ],
  ],
  [
    "an empty secret is a missing one",
    { ...all, accessKey: "" },
    { a: bringing },
    [missing("accessKey", "files.accessKeyFrom")],
  ],
  [
    "a queue password goes into a URL",
    { ...all, queuePassword: "a/b" },
    { a: bringing },
    [
      {
        key: "queuePassword",
        expected: "expected a password of letters, digits, ., _, ~ and - only: it becomes part of a URL",
      },
    ],
  ],
  ["a secret that nothing names is unknown", all, { a: own }, Object.keys(all).map(unknown)],
  ["the known keys are not unknown", { cluster: {}, protection: "x", defaults: {}, rootSecret: "x" }, { a: own }, []],
])("%s", (_name, file, instances, mistakes) => {
  expect(secretMistakes({ instances, ...file }, instances, [], true)).toEqual(mistakes);
});

test("nothing is called unknown as long as an instance cannot be read", () => {
  expect(secretMistakes({ instances: { a: {}, b: {} }, other: "x" }, { a: own }, [], false)).toEqual([]);
});

describe("the password of a registry", () => {
  const instances = { a: own };
  const registries = [{ server: "registry.example.org", user: "puller", passwordFrom: "registryPassword" }];

  test("is no unknown key", () => {
    expect(secretMistakes({ instances, registryPassword: "x" }, instances, registries, true)).toEqual([]);
  });

  test("is missed with the setting that names it", () => {
    expect(secretMistakes({ instances }, instances, registries, true)).toEqual([
      {
        key: "registryPassword",
        expected:
          "expected a secret, because cluster.registries.0.passwordFrom names it: run pulumi config set --secret ckan:registryPassword",
      },
    ]);
  });

  test("is not called unknown as long as the registries cannot be read", () => {
    expect(secretMistakes({ instances, registryPassword: "x" }, instances, undefined, true)).toEqual([]);
  });
});
