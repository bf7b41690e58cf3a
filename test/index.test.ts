import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { deriveSecret } from "../components/site/credentials.ts";
import { rootSecret, stackFile } from "./support/configuration.ts";
import { find, programOf, settled } from "./support/program.ts";

const two = stackFile({ a: { host: "a.example.org" }, b: { host: "b.example.org" } });

// Done before the first test: programs share Pulumi's runtime.
const both = await programOf(two);

describe("the program", () => {
  test("publishes its contract, and beside it who administers every site", async () => {
    const { outputs } = both;
    expect(Object.keys(outputs).sort()).toEqual([
      "administrators",
      "contractVersion",
      "credentials",
      "environment",
      "instances",
    ]);
    const administrator = (name: string) => ({
      name: "ckan-admin",
      password: deriveSecret(rootSecret, name, "administrator", 1),
    });
    expect(await settled(outputs.administrators)).toEqual({ a: administrator("a"), b: administrator("b") });
  });

  test("publishes the administrators' passwords as secrets", async () => {
    const passwords = Object.values(both.outputs.administrators).map(({ password }) => pulumi.isSecret(password));
    expect(await Promise.all(passwords)).toEqual([true, true]);
  });

  test("binds the provider to the stack, so that another kubeconfig replaces nothing", () => {
    const { resources } = both;
    expect(find(resources, "pulumi:providers:kubernetes cluster").inputs).toEqual({
      clusterIdentifier: "unit",
      context: "unit",
    });
  });

  test("takes the current context where the stack file names none", async () => {
    const { resources } = await programOf({ ...two, "ckan:cluster": { platform: "local" } });
    expect(find(resources, "pulumi:providers:kubernetes cluster").inputs).toEqual({ clusterIdentifier: "unit" });
  });

  test("gives every object to that provider", () => {
    const { resources } = both;
    const objects = resources.filter(({ type }) => type.startsWith("kubernetes:"));
    expect([...new Set(objects.map(({ provider }) => provider))]).toEqual([
      "urn:pulumi:unit::ckan::pulumi:providers:kubernetes::cluster::cluster-id",
    ]);
    expect(objects.length).toBe(86);
  });

  test("writes the root secret into no input", () => {
    const { resources } = both;
    expect(JSON.stringify(resources)).not.toContain(rootSecret);
  });
});
