import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { Credential } from "../../../components/site/credentials.ts";
import { credentialsSecret } from "../../../components/site/credentials-secret.ts";
import { credentials, namespace, secretData } from "../../support/component.ts";
import { declareAlone, settled } from "../../support/program.ts";

const identity = { instance: "opendata", component: "queue", software: "redis" };

/** The one Secret that holds `password`, with what refers to it. */
async function declared(password: Credential | pulumi.Input<string>) {
  const { made, resources } = await declareAlone(() =>
    credentialsSecret("opendata-queue", { namespace, identity, credentials: credentials(), data: { password } }, {}),
  );
  const [secret, ...others] = resources;
  if (secret === undefined || others.length > 0) throw new Error(`expected one resource, got ${resources.length}`);
  const { metadata, immutable } = secret.inputs as { metadata: { name?: string }; immutable: boolean };
  return { logical: secret.name, name: metadata.name, immutable, data: secretData(secret), made };
}

test.each([
  ["derived", () => new Credential("a-password")],
  ["given as plain text", () => "a-password"],
])("a %s value is part of both names, so that another value is another resource", async (_case, value) => {
  const { logical, name, immutable, data, made } = await declared(value());
  expect(logical).toMatch(/^opendata-queue-[0-9a-f]{8}$/);
  expect(name).toBe(logical);
  expect(immutable).toBe(true);
  expect(data).toEqual({ password: "a-password" });
  expect(await settled(made.password)).toEqual({ secretName: name, key: "password" });
  expect((await declared(new Credential("another"))).logical).not.toBe(logical);
});

test("a value that another resource knows later leaves the name to Pulumi", async () => {
  const { logical, name, immutable, data } = await declared(pulumi.output("a-password"));
  expect([logical, name, immutable, data]).toEqual(["opendata-queue", undefined, true, { password: "a-password" }]);
});
