import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { deriveSecret } from "../components/credentials.ts";
import { declareProgram } from "../render/stack.ts";
import { stackConfiguration } from "../render/stack-file.ts";
import { synthesize } from "../render/synthesize.ts";
import { rootSecret, stackFile } from "./support/configuration.ts";
import { find, settled } from "./support/program.ts";

const two = stackFile({ a: { host: "a.example.org" }, b: { host: "b.example.org" } });

async function run(file: Readonly<Record<string, unknown>>) {
  let sites: Awaited<ReturnType<typeof declareProgram>>["sites"] = {};
  const resources = await synthesize({
    project: "ckan",
    stack: "unit",
    configuration: stackConfiguration(file),
    declare: async () => {
      ({ sites } = await declareProgram());
    },
  });
  return { sites, resources };
}

// Done before the first test: programs share Pulumi's runtime.
const both = await run(two);

describe("the program", () => {
  test("publishes where every site is and who administers it", async () => {
    const { sites } = both;
    const site = (name: string) => ({
      url: `https://${name}.example.org`,
      namespace: `${name}-unit`,
      adminName: "ckan-admin",
      adminPassword: deriveSecret(rootSecret, name, "administrator", 1),
    });
    expect(await settled(sites)).toEqual({ a: site("a"), b: site("b") });
  });

  test("publishes the passwords as secrets", async () => {
    const { sites } = both;
    const passwords = Object.values(sites).map(({ adminPassword }) => pulumi.isSecret(adminPassword));
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
    const { resources } = await run({ ...two, "ckan:cluster": { platform: "local" } });
    expect(find(resources, "pulumi:providers:kubernetes cluster").inputs).toEqual({ clusterIdentifier: "unit" });
  });

  test("gives every object to that provider", () => {
    const { resources } = both;
    const objects = resources.filter(({ type }) => type.startsWith("kubernetes:"));
    expect([...new Set(objects.map(({ provider }) => provider))]).toEqual([
      "urn:pulumi:unit::ckan::pulumi:providers:kubernetes::cluster::cluster-id",
    ]);
    expect(objects.length).toBe(84);
  });

  test("writes the root secret into no input", () => {
    const { resources } = both;
    expect(JSON.stringify(resources)).not.toContain(rootSecret);
  });
});
