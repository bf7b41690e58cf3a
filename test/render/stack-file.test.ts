import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { hasRootSecret, readStackFile, stackConfiguration, standInSecret } from "../../render/stack-file.ts";

const folder = mkdtempSync(join(tmpdir(), "stack-file-"));
afterAll(() => rmSync(folder, { recursive: true }));

function written(text: string): string {
  const path = join(folder, "Pulumi.prod.yaml");
  writeFileSync(path, text);
  return path;
}
const valuesOf = (text: string) => readStackFile(written(text)).values;

test("values reach the program as Pulumi's CLI hands them over: objects as JSON, scalars as text", () => {
  const file = {
    "ckan:cluster": { platform: "local" },
    "ckan:list": [1, "a"],
    "ckan:protection": "retained",
    "ckan:number": 5,
    "ckan:rootSecret": "plain",
    "ckan:password": { secure: "v1:encrypted" },
  };
  expect(stackConfiguration(file)).toEqual({
    values: {
      "ckan:cluster": '{"platform":"local"}',
      "ckan:list": '[1,"a"]',
      "ckan:protection": "retained",
      "ckan:number": "5",
      "ckan:rootSecret": "plain",
      "ckan:password": standInSecret,
    },
    secretKeys: ["ckan:rootSecret", "ckan:password"],
  });
});

test("merge keys bring in what they name, one or several, below what is written beside them", () => {
  const text = `
base: &base { image: "ckan:1", replicas: 1 }
more: &more { replicas: 3 }
config:
  ckan:defaults:
    one: { <<: *base, replicas: 2 }
    both: { <<: [*more, *base] }
    list: [{ <<: *base }]
`;
  expect(JSON.parse(valuesOf(text)["ckan:defaults"] ?? "")).toEqual({
    one: { image: "ckan:1", replicas: 2 },
    both: { image: "ckan:1", replicas: 3 },
    list: [{ image: "ckan:1", replicas: 1 }],
  });
});

test("a key without a namespace is the project's own, others stay whose they are", () => {
  const text =
    "config:\n  cluster: { platform: local }\n  ckan:config:list: [a]\n  rootSecret: own\n  gcp:project: example\n";
  expect(valuesOf(text)).toEqual({
    "ckan:rootSecret": "own",
    "ckan:cluster": '{"platform":"local"}',
    "ckan:list": '["a"]',
    "gcp:project": "example",
  });
  expect(hasRootSecret(written(text))).toBe(true);
  expect(hasRootSecret(written("config:\n  ckan:cluster: {}\n"))).toBe(false);
});

test("secrets inside objects and lists are replaced wherever they stand, and their key is a secret", () => {
  const config = {
    "ckan:defaults": {
      mail: { password: { secure: "v1:a" } },
      list: [{ secure: "v1:b" }, [{ secure: "v1:c" }]],
      open: 1,
    },
    "ckan:plain": { secure: "v1:d", beside: "another" },
  };
  const { values, secretKeys } = stackConfiguration(config);
  expect(JSON.parse(values["ckan:defaults"] ?? "")).toEqual({
    mail: { password: standInSecret },
    list: [standInSecret, [standInSecret]],
    open: 1,
  });
  // Two keys: no secret of Pulumi's.
  expect(JSON.parse(values["ckan:plain"] ?? "")).toEqual({ secure: "v1:d", beside: "another" });
  expect(secretKeys).toEqual(["ckan:defaults"]);
});

test.each([
  ["a list", "- a\n", "PATH is no mapping: expected keys and values"],
  ["a text", "prod\n", "PATH is no mapping: expected keys and values"],
  ["a number", "5\n", "PATH is no mapping: expected keys and values"],
  ["a list of keys", "config: [a]\n", "config of PATH is no mapping: expected keys and values"],
  ["keys in a text", "config: a\n", "config of PATH is no mapping: expected keys and values"],
  ["an alias of nothing", "config:\n  ckan:a: *none\n", /^PATH is no YAML: Unresolved alias .*: none$/],
  ["two documents", "config: {}\n---\nconfig: {}\n", /^PATH is no YAML: /],
  ["a tab", "config:\n\tckan:a: b\n", /^PATH is no YAML: .* at line 2, column 1$/],
  ["a key twice", "config:\n  a: 1\n  a: 2\n", /^PATH is no YAML: Map keys must be unique/],
])("%s as a stack file is one sentence", (_name, text, message) => {
  const path = written(text);
  let said = "";
  try {
    readStackFile(path);
  } catch (error) {
    said = (error as Error).message.replaceAll(path, "PATH");
  }
  expect(said).toEqual(typeof message === "string" ? message : expect.stringMatching(message));
  expect(said.split("\n").length).toBe(1);
});

test("what the file holds is not quoted where it is no YAML", () => {
  expect(() => readStackFile(written('config:\n  ckan:rootSecret: "PLANTED"x\n'))).toThrow(/is no YAML: (?!.*PLANTED)/);
});

test("a folder in place of a file is one sentence, and so is nothing", () => {
  const path = join(folder, "folder");
  mkdirSync(path);
  expect(() => readStackFile(path)).toThrow(`${path} cannot be read: EISDIR: illegal operation on a directory, read`);
  expect(() => readStackFile(join(folder, "none"))).toThrow(`There is no file ${join(folder, "none")}`);
});

test.each(["", "null\n", "config:\n", "encryptionsalt: a\n"])(
  "a file of no keys (%j) has a root secret that stands in",
  (text) => {
    expect(valuesOf(text)).toEqual({ "ckan:rootSecret": standInSecret });
  },
);
