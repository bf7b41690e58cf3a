import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { stackFileSettings, structuredKeys } from "../../components/environment/settings.ts";
import { stackJsonSchema } from "../../config/json-schema.ts";
import { configurationReference } from "../../config/reference.ts";
import { external, externalSecrets, instance, stackFile } from "../support/configuration.ts";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

const schema = stackJsonSchema(stackFileSettings, structuredKeys);
const validate = new Ajv2020({ allErrors: true, validateFormats: false, allowMatchingProperties: true }).compile(
  schema,
);
const errorsOf = (file: unknown) => {
  validate(JSON.parse(JSON.stringify(file)));
  return [...new Set((validate.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`))];
};

test("config/stack.schema.json is what `npm run schema` writes", () => {
  expect(read("config/stack.schema.json")).toBe(`${JSON.stringify(schema, null, 2)}\n`);
});

test("docs/configuration.md is what `npm run schema` writes", () => {
  expect(read("docs/configuration.md")).toBe(configurationReference(stackFileSettings));
});

describe("an editor finds no mistake in", () => {
  test.each(["Pulumi.dev.yaml", "Pulumi.staging.yaml", "Pulumi.prod.yaml", "examples/stacks/openshift.yaml"])(
    "%s",
    (path) => {
      expect(errorsOf(parse(read(path)))).toEqual([]);
    },
  );

  test("examples/stacks/settings.yaml", () => {
    expect(errorsOf(parse(read("examples/stacks/settings.yaml")))).toEqual([]);
  });

  test.each([
    ["the least stack file", stackFile()],
    ["servers of somebody else, named by secret keys", stackFile({ opendata: external }, externalSecrets)],
    ["an encrypted root secret", { ...stackFile(), "ckan:rootSecret": { secure: "v1:abc" } }],
    ["settings of other namespaces", { ...stackFile(), "kubernetes:context": "elsewhere" }],
    ["an instance that leaves all to the defaults", { ...stackFile({}), "ckan:defaults": instance }],
  ])("%s", (_name, config) => {
    expect(errorsOf({ config })).toEqual([]);
  });
});

describe("an editor finds the mistake in", () => {
  const opendata = (settings: Record<string, unknown>) => ({ config: stackFile({ opendata: settings }) });
  const at = "/config/ckan:instances/opendata";
  test.each([
    ["an unknown key", opendata({ colour: "red" }), [`${at} additionalProperties`]],
    ["an unknown key at depth", opendata({ web: { replica: 2 } }), [`${at}/web additionalProperties`]],
    ["a wrong type", opendata({ web: { replicas: "two" } }), [`${at}/web/replicas type`]],
    [
      "a bad quantity",
      opendata({ web: { resources: { limits: { memory: "5gb" } } } }),
      [`${at}/web/resources/limits/memory pattern`],
    ],
    ["a bad host", opendata({ host: "https://data.example.org" }), [`${at}/host pattern`]],
    [
      "an unknown platform",
      { config: { ...stackFile(), "ckan:cluster": { platform: "nomad" } } },
      ["/config/ckan:cluster/platform enum"],
    ],
    ["a file without instances", { config: { "ckan:cluster": { platform: "local" } } }, ["/config required"]],
    ["an unknown key of the file", { config: stackFile(), secrets: {} }, [" additionalProperties"]],
  ])("%s", (_name, file, errors) => {
    expect(errorsOf(file)).toEqual(errors);
  });
});
