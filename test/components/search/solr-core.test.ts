import { describe, expect, test } from "vitest";
import type { Protection } from "../../../components/kubernetes/durability.ts";
import { SolrCore } from "../../../components/search/solr-core.ts";
import { alone, describeComponent, namespace, podOf } from "../../support/component.ts";
import { declareAlone, find, settled } from "../../support/program.ts";

const server = { kind: "in-cluster", image: "registry.example.org/solr:9.10.1-1", heap: "300Mi" } as const;

const own = {
  component: "SolrCore opendata-search",
  declare: (opts: object, protection: Protection) =>
    new SolrCore("opendata-search", { namespace, instance: "opendata", server, protection }, opts),
  children: [
    "apps/v1:StatefulSet opendata-search",
    "core/v1:PersistentVolumeClaim opendata-search-data",
    "core/v1:Service opendata-search",
    "networking.k8s.io/v1:NetworkPolicy opendata-search",
  ],
  durable: ["core/v1:PersistentVolumeClaim opendata-search-data"],
};

const bringing = {
  component: "SolrCore opendata-search",
  declare: (opts: object) =>
    new SolrCore(
      "opendata-search",
      {
        namespace,
        instance: "opendata",
        server: { kind: "external", host: "solr.example.org", core: "catalogue", networks: ["10.20.0.0/24"] },
      },
      opts,
    ),
  children: [],
};

describeComponent("a core on a server of its own", own);
describeComponent("a core of somebody else", bringing);

describe("the contract", () => {
  test("of an own server names its Service, and lets in pods that say they are clients", async () => {
    const { made } = await alone(own);
    expect(await settled(made.endpoint)).toEqual({
      host: "opendata-search",
      port: 8983,
      core: "ckan",
      access: {
        clientLabels: { "search-client": "true" },
        destination: {
          kind: "pods",
          labels: {
            "app.kubernetes.io/name": "solr",
            "app.kubernetes.io/instance": "opendata",
            "app.kubernetes.io/component": "search",
          },
          port: 8983,
        },
      },
    });
  });

  test("of an external core is what was given", async () => {
    const { made } = await alone(bringing);
    expect(await settled(made.endpoint)).toEqual({
      host: "solr.example.org",
      port: 8983,
      core: "catalogue",
      access: { clientLabels: {}, destination: { kind: "networks", networks: ["10.20.0.0/24"], port: 8983 } },
    });
  });
});

test("the heap is written as Java reads it, and nobody changes the configuration over HTTP", async () => {
  const { resources } = await alone(own);
  const { containers } = podOf(find(resources, "apps/v1:StatefulSet opendata-search"));
  expect(containers.map(({ env }) => env)).toEqual([
    [
      { name: "SOLR_HEAP", value: "300m" },
      { name: "SOLR_OPTS", value: "-Ddisable.configEdit=true" },
    ],
  ]);
});

test("a heap that Java cannot read is refused, with what to write", async () => {
  const declare = () => new SolrCore("s", { namespace, instance: "opendata", server: { ...server, heap: "0.5Gi" } });
  await expect(declareAlone(declare)).rejects.toThrow(
    'heap: expected a heap in whole Ki, Mi or Gi such as 512Mi, got "0.5Gi"',
  );
});
