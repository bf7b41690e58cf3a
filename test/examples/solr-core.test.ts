import { expect, test } from "vitest";
import { declareAlone, inventory, settled } from "../support/program.ts";

test("a program of another team gets a search core alone, and its address", async () => {
  const { made, resources } = await declareAlone(() => import("../../examples/solr-core/index.ts"));
  expect(inventory(resources)).toEqual([
    "SolrCore catalogue-search",
    "apps/v1:StatefulSet catalogue-search",
    "core/v1:Namespace search",
    "core/v1:PersistentVolumeClaim catalogue-search-data",
    "core/v1:Service catalogue-search",
    "networking.k8s.io/v1:NetworkPolicy catalogue-search",
  ]);
  expect(await settled({ host: made.host, port: made.port, access: made.access })).toEqual({
    host: "catalogue-search",
    port: 8983,
    access: {
      clientLabels: { "search-client": "true" },
      destination: {
        kind: "pods",
        labels: {
          "app.kubernetes.io/name": "solr",
          "app.kubernetes.io/instance": "catalogue",
          "app.kubernetes.io/component": "search",
        },
        port: 8983,
      },
    },
  });
});
