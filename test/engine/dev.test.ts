/**
 * The dev stack through the real Pulumi CLI, the real Kubernetes provider and a real API server. Proves that the API server
 * takes every object, that nothing changes without a reason, and that no secret leaves its place.
 * Does not prove: that the images run (pods are played by kwok), that network policies are enforced.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { apiToken } from "../../ckan/api-token.ts";
import { deriveSecret } from "../../components/site/credentials.ts";
import { Purpose } from "../../components/site/purposes.ts";
import {
  Engine,
  type KubernetesObject,
  type Run,
  readStackFile,
  rootSecret,
  type StackFile,
} from "./support/engine.ts";

let engine: Engine;
const dev = readStackFile("dev");
const printed: Run[] = [];

/** Runs a command and keeps what it printed for the hunt. */
function pulumi(...args: readonly string[]): Run {
  const result = engine.pulumi(...args);
  printed.push(result);
  return result;
}

beforeAll(async () => {
  engine = await Engine.start();
  engine.setSecret("rootSecret", rootSecret);
});

afterAll(() => engine.stop());

test("The API server is of the version that this run names", () => {
  expect(engine.serverVersion()).toBe(`v${inject("kubernetesVersion")}`);
});

describe("A stack file with mistakes", () => {
  test("is refused before anything is created", () => {
    engine.write(changed(dev, ["ckan:defaults", "search", "heap"], "2Gi"));
    engine.setSecret("rootSecret", rootSecret);
    const result = pulumi("up", "--yes", "--skip-preview");
    expect(result.code).not.toBe(0);
    expect(result.output).toContain(
      'ckan:defaults.search.heap: expected less than the memory limit 640Mi: the Java process needs memory beside its heap, got "2Gi"',
    );
    expect(namespaces()).not.toContain("opendata-dev");
    expect(stateResources()).toEqual([]);
  });
});

describe("The dev stack", () => {
  beforeAll(() => {
    engine.write(dev);
    engine.setSecret("rootSecret", rootSecret);
  });

  test("is previewed against the API server: every resource is to be created", () => {
    const result = pulumi("preview", "--diff");
    expect(result.code).toBe(0);
    expect(result.output).toMatch(/\+ 55 to create/);
  });

  test("comes up", () => {
    const result = pulumi("up", "--yes", "--skip-preview");
    expect(result.output).toMatch(/\+ 55 created/);
    expect(result.code).toBe(0);
  });

  test("is previewed without a change afterwards", () => {
    expect(engine.operations()).toEqual([]);
    expect(pulumi("preview", "--expect-no-changes").code).toBe(0);
  });

  test("is refreshed without drift", () => {
    const result = pulumi("refresh", "--preview-only", "--expect-no-changes");
    expect(result.output).toMatch(/56 unchanged/);
    expect(result.code).toBe(0);
  });

  test("changes one workload when the queue gets more memory", () => {
    engine.write(changed(dev, ["ckan:defaults", "queue", "resources"], { limits: { memory: "300Mi" } }));
    engine.setSecret("rootSecret", rootSecret);
    expect(engine.operations().map(short)).toEqual(["update kubernetes:apps/v1:StatefulSet opendata-queue"]);
  });

  test("rolls the pods that read a setting and runs the bootstrap again when the setting changes", () => {
    engine.write(changed(dev, ["ckan:defaults", "ckan", "settings"], { "ckan.locales_offered": "en de" }));
    engine.setSecret("rootSecret", rootSecret);
    const operations = engine.operations().map(short);
    expect(operations.filter((operation) => operation.includes(" kubernetes:")).sort(byText)).toEqual([
      "create kubernetes:core/v1:ConfigMap opendata-configuration-<content>",
      "delete kubernetes:core/v1:ConfigMap opendata-configuration-<content>",
      "replace kubernetes:batch/v1:Job opendata-bootstrap",
      "update kubernetes:apps/v1:Deployment opendata-web",
      "update kubernetes:apps/v1:Deployment opendata-worker",
    ]);
  });
});

describe("Going back to earlier settings after an up that failed half way", () => {
  const settings = { "ckan.locales_offered": "en de" };
  let before: readonly string[];

  beforeAll(() => {
    before = configMaps();
    // The bootstrap of the new settings cannot be made, as if it had failed.
    engine.kubectl("create", "quota", "no-jobs", "--hard=count/jobs.batch=0", "-n", "opendata-dev");
    engine.write(changed(dev, ["ckan:defaults", "ckan", "settings"], settings));
    engine.setSecret("rootSecret", rootSecret);
  });

  test("the up fails, and what the old pods need is still there", () => {
    const result = pulumi("up", "--yes", "--skip-preview");
    expect(result.code).not.toBe(0);
    expect(result.output).toContain("exceeded quota: no-jobs");
    expect(configMaps()).toEqual(expect.arrayContaining([...before]));
    expect(configMaps()).toHaveLength(before.length + 1);
  });

  test("the way back leaves exactly the earlier objects, and a bootstrap that ran", () => {
    engine.kubectl("delete", "quota", "no-jobs", "-n", "opendata-dev");
    engine.write(dev);
    engine.setSecret("rootSecret", rootSecret);
    const result = pulumi("up", "--yes", "--skip-preview");
    expect(result.output).toContain("1 replaced");
    expect(result.code).toBe(0);
    expect(configMaps()).toEqual(before);
    const jobs = own("jobs").map(({ metadata }) => metadata.name);
    expect(jobs.map((name) => name.replace(/-[0-9a-f]{8}$/, "")).sort(byText)).toEqual([
      "opendata-bootstrap",
      "opendata-files-setup",
    ]);
  });

  test("nothing is left to do", () => {
    expect(pulumi("refresh", "--preview-only", "--expect-no-changes").code).toBe(0);
    expect(pulumi("preview", "--expect-no-changes").code).toBe(0);
  });
});

describe("No secret", () => {
  /** Every value that is derived or given, in every spelling that a program might use. */
  const known = [
    ...new Set(secrets().flatMap((value) => [value, Buffer.from(value).toString("base64"), encodeURIComponent(value)])),
  ];

  test("is in the state, its history or its backups", () => {
    for (const file of files(engine.state)) expect(hits(readFileSync(file, "utf8")), file).toEqual([]);
  });

  test("is in anything that preview, up or refresh printed", () => {
    for (const { output } of printed) expect(hits(output)).toEqual([]);
  });

  test("is in the stack's outputs, unless somebody asks for secrets", () => {
    expect(hits(pulumi("stack", "output", "--json").output)).toEqual([]);
    const shown = JSON.parse(engine.pulumi("stack", "output", "--json", "--show-secrets").output);
    const { administrators, credentials } = shown;
    expect([administrators.opendata.password, credentials.opendata.datastorePassword]).toEqual(
      [Purpose.Administrator, Purpose.DatastoreReader].map((purpose) =>
        deriveSecret(rootSecret, "opendata", purpose, 1),
      ),
    );
  });

  test("is in an object of the cluster other than a Secret", () => {
    const kinds =
      "configmaps,deployments,statefulsets,jobs,pods,services,networkpolicies,persistentvolumeclaims,events";
    for (const object of engine.kubernetes(kinds, "-n", "opendata-dev").items) {
      expect(hits(JSON.stringify(object)), `${object.kind} ${object.metadata.name}`).toEqual([]);
    }
  });

  test("escapes this hunt: planted ones are found", () => {
    const value = deriveSecret(rootSecret, "opendata", Purpose.Queue, 1);
    const spellings = [value, Buffer.from(value).toString("base64")];
    expect(spellings.map((spelling) => hits(`password=${spelling}`).length)).toEqual([1, 1]);
  });

  function hits(text: string): readonly string[] {
    return known.filter((secret) => text.includes(secret)).map((secret) => `${secret.slice(0, 4)}...`);
  }
});

describe("Destruction", () => {
  test("is refused while the stack is protected", () => {
    engine.write({ ...dev, "ckan:protection": "protected" });
    engine.setSecret("rootSecret", rootSecret);
    expect(pulumi("up", "--yes", "--skip-preview").code).toBe(0);
    const result = pulumi("destroy", "--yes", "--skip-preview");
    expect(result.code).not.toBe(0);
    expect(result.output).toMatch(/protect/);
    expect(claims()).toHaveLength(4);
  });

  test("leaves the volumes and their namespace when data is retained", () => {
    engine.write(dev);
    engine.setSecret("rootSecret", rootSecret);
    expect(pulumi("up", "--yes", "--skip-preview").code).toBe(0);
    expect(pulumi("destroy", "--yes", "--skip-preview").code).toBe(0);
    expect(stateResources()).toEqual([]);
    expect(namespaces()).toContain("opendata-dev");
    expect(claims()).toEqual([
      "opendata-database-data",
      "opendata-files-data",
      "opendata-queue-data",
      "opendata-search-data",
    ]);
    const kinds = "deployments,statefulsets,jobs,services,secrets,networkpolicies";
    expect(own(kinds)).toEqual([]);
  });

  test("of a retained stack is undone by the next up, which takes the volumes even for another version of a server", () => {
    const next = changed(dev, ["ckan:defaults", "queue", "image"], "localhost/ckan-environments/redis:8.0-1");
    engine.write({ ...next, "ckan:protection": "disposable" });
    engine.setSecret("rootSecret", rootSecret);
    expect(pulumi("up", "--yes", "--skip-preview").code).toBe(0);
    const [claim] = engine
      .kubernetes("persistentvolumeclaims", "-n", "opendata-dev")
      .items.filter(({ metadata }) => metadata.name === "opendata-queue-data");
    expect(claim?.metadata.labels?.["app.kubernetes.io/version"]).toBe("8.0");
  });

  test("leaves nothing when data is disposable", () => {
    expect(pulumi("destroy", "--yes", "--skip-preview").code).toBe(0);
    expect(namespaces()).not.toContain("opendata-dev");
  });
});

function secrets(): readonly string[] {
  const derived = Object.values(Purpose).map((purpose) => deriveSecret(rootSecret, "opendata", purpose, 1));
  const token = apiToken(
    deriveSecret(rootSecret, "opendata", Purpose.XLoader, 1),
    deriveSecret(rootSecret, "opendata", Purpose.ApiTokens, 1),
  );
  return [rootSecret, token, ...derived];
}

/** The site's objects of these kinds, without those that Kubernetes makes of others, such as a CronJob's Jobs. */
function own(kinds: string): readonly KubernetesObject[] {
  const { items } = engine.kubernetes(kinds, "-n", "opendata-dev");
  return items.filter(({ metadata }) => metadata.ownerReferences === undefined);
}

/** The stack file with one value replaced. */
function changed(config: StackFile, [key = "", ...path]: readonly string[], value: unknown): StackFile {
  const replace = (node: unknown, keys: readonly string[]): unknown => {
    const [first, ...rest] = keys;
    if (first === undefined) return value;
    const object = (node ?? {}) as Record<string, unknown>;
    return { ...object, [first]: replace(object[first], rest) };
  };
  return { ...config, [key]: replace(config[key], path) };
}

/** `update kubernetes:apps/v1:StatefulSet opendata-queue` */
function short({ op, urn }: { readonly op: string; readonly urn: string }): string {
  const [, , types = "", name = ""] = urn.split("::");
  return `${op} ${types.split("$").at(-1)} ${name.replace(/-[0-9a-f]{8}$/, "-<content>")}`;
}

function byText(a: string, b: string): number {
  return a < b ? -1 : 1;
}

function namespaces(): readonly string[] {
  return engine.kubernetes("namespaces").items.map(({ metadata }) => metadata.name);
}

function configMaps(): readonly string[] {
  return engine
    .kubernetes("configmaps", "-n", "opendata-dev")
    .items.map(({ metadata }) => metadata.name)
    .sort(byText);
}

function claims(): readonly string[] {
  return engine
    .kubernetes("persistentvolumeclaims", "-n", "opendata-dev")
    .items.map(({ metadata }) => metadata.name)
    .sort(byText);
}

/** URNs in the state; the stack itself does not count. */
function stateResources(): readonly string[] {
  const { output } = engine.pulumi("stack", "export");
  const { deployment } = JSON.parse(output) as { deployment: { resources?: { urn: string; type: string }[] } };
  return (deployment.resources ?? []).filter(({ type }) => type !== "pulumi:pulumi:Stack").map(({ urn }) => urn);
}

function files(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}
