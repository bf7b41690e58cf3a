import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, test } from "vitest";
import { type Environment, loadEnvironment } from "../../../components/environment/load.ts";
import { defaultPolicy } from "../../../components/web/headers.ts";
import { ConfigurationError } from "../../../config/mistakes.ts";
import { stackConfiguration } from "../../../render/stack-file.ts";
import { external, externalSecrets, instance, rootSecret, stackFile } from "../../support/configuration.ts";

beforeEach(async () => {
  const nothing = { newResource: () => ({ id: "", state: {} }), call: () => ({}) };
  await pulumi.runtime.setMocks(nothing, "ckan", "unit");
});

function load(file: Readonly<Record<string, unknown>>): Environment {
  const { values, secretKeys } = stackConfiguration(file);
  pulumi.runtime.setAllConfig({ ...values }, [...secretKeys]);
  return loadEnvironment(new pulumi.Config("ckan"));
}

describe("an environment is read from Pulumi's configuration:", () => {
  test("what the file leaves out has its default", () => {
    const { name, cluster, protection, instances } = load(stackFile());
    const resources = (cpu: string, memory: string, cpuLimit: string, memoryLimit: string, disk = "2Gi") => ({
      requests: { cpu, memory, "ephemeral-storage": "64Mi" },
      limits: { cpu: cpuLimit, memory: memoryLimit, "ephemeral-storage": disk },
    });
    expect({ name, cluster, protection, instances }).toEqual({
      name: "unit",
      cluster: { platform: "kubernetes", context: "unit", registries: [], kedaNamespace: "keda", dnsResolvers: [] },
      protection: "protected",
      instances: {
        opendata: {
          host: "data.example.org",
          exposure: { kind: "none" },
          dns: { kind: "none" },
          site: { title: "Open data", locale: "en" },
          administrator: { name: "ckan-admin", email: "data@example.org" },
          ckan: {
            ...instance.ckan,
            secretSettings: {},
            settings: {},
            maximumUploadMegabytes: 100,
            jobTimeoutSeconds: 3600,
          },
          web: {
            processes: 4,
            answerSeconds: 60,
            edgeCacheSeconds: 0,
            cacheSeconds: 5,
            nginx: { ...instance.web.nginx, resources: resources("50m", "32Mi", "1", "256Mi", "5Gi") },
            limits: { requests: 1000, apiRequests: 64, uploads: 8 },
            trustedProxies: [],
            headers: {
              hstsSeconds: 31_536_000,
              contentSecurityPolicy: { mode: "report-only", policy: defaultPolicy },
            },
            resources: resources("250m", "768Mi", "1", "1Gi"),
          },
          workers: {
            default: {
              terminationGracePeriodSeconds: 3900,
              resources: resources("100m", "384Mi", "1", "768Mi", "4Gi"),
            },
          },
          database: { ...instance.database, storage: "10Gi", resources: resources("100m", "256Mi", "1", "512Mi") },
          search: {
            ...instance.search,
            heap: "512Mi",
            storage: "5Gi",
            resources: resources("100m", "1Gi", "1", "1Gi"),
          },
          queue: { ...instance.queue, storage: "1Gi", resources: resources("50m", "64Mi", "500m", "256Mi") },
          files: { ...instance.files, storage: "20Gi", resources: resources("100m", "256Mi", "1", "512Mi") },
          outgoing: [],
          aliases: [],
          dashboards: {},
          generations: {
            "database-administrator": 1,
            database: 1,
            datapusher: 1,
            "datastore-reader": 1,
            queue: 1,
            "files-administrator": 1,
            files: 1,
            session: 1,
            "api-tokens": 1,
            xloader: 1,
            administrator: 1,
          },
        },
      },
    });
  });

  test("instances lie over the defaults, key by key", () => {
    const file = {
      ...stackFile({ a: { host: "a.org" }, b: { host: "b.org", web: { replicas: 3 } } }),
      "ckan:defaults": { web: { replicas: 2, processes: 8 } },
    };
    const { instances } = load(file);
    const sizes = Object.entries(instances).map(([name, { web }]) => [name, web.replicas, web.processes]);
    expect(sizes).toEqual([
      ["a", 2, 8],
      ["b", 3, 8],
    ]);
  });

  test("an instance without a word of its own is all defaults", () => {
    const file = { ...stackFile(), "ckan:defaults": instance, "ckan:instances": { opendata: null } };
    expect(load(file).instances).toEqual(load(stackFile()).instances);
  });

  test("the root secret is the file's", () => {
    expect(load(stackFile()).rootSecret).toBe(rootSecret);
  });

  test("a secret that a setting names is the file's too", () => {
    const { secret } = load(stackFile({ opendata: external }, externalSecrets));
    expect(secret("queuePassword")).toBe("queue-password-of-somebody");
  });

  test("keys of other namespaces are none of its business", () => {
    const file = { ...stackFile(), "kubernetes:context": "elsewhere" };
    expect(load(file).instances).toEqual(load(stackFile()).instances);
  });

  test("the error carries the mistakes as data", () => {
    const file = stackFile({ opendata: { web: { replicas: 0 } } });
    let thrown: unknown;
    try {
      load(file);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ConfigurationError);
    expect((thrown as ConfigurationError).mistakes).toEqual([
      { key: "instances.opendata.web.replicas", expected: "expected a whole number of at least 1", found: 0 },
    ]);
  });
});
