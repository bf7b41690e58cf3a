/** A Solr of the site's own: one pod with a volume. */
import type * as pulumi from "@pulumi/pulumi";
import { declareServer } from "../kubernetes/declare/stateful-server.ts";
import { Protection } from "../kubernetes/durability.ts";
import { type Identity, imageVersion } from "../kubernetes/labels.ts";
import { http, probes, tcp } from "../kubernetes/probes.ts";
import type { SearchEndpoint } from "../site/endpoints.ts";
import type { PartArgs } from "../site/part.ts";
import { type InClusterSolr, solrCore, solrPort } from "./settings.ts";

export function declareInCluster(
  name: string,
  { namespace, instance, protection = Protection.Protected, pods }: PartArgs,
  { image, heap, storage, storageClass, resources, priorityClass }: InClusterSolr,
  options: pulumi.CustomResourceOptions,
): SearchEndpoint {
  const identity: Identity = { instance, component: "search", software: "solr", version: imageVersion(image) };
  const { host, access } = declareServer(
    name,
    {
      namespace,
      pod: {
        identity,
        image,
        environment: [
          { name: "SOLR_HEAP", value: javaSize(heap) },
          // The image provides the configuration. Through the Config API any pod with search access could add handlers that run code.
          { name: "SOLR_OPTS", value: "-Ddisable.configEdit=true" },
        ],
        probes: probes({ ready: http(`/solr/${solrCore}/admin/ping`, solrPort), alive: tcp(solrPort) }),
        resources,
        priorityClass,
        settings: pods,
        terminationGracePeriodSeconds: 60,
      },
      port: solrPort,
      dataPath: "/var/solr",
      storage,
      storageClass,
      protection,
    },
    options,
  );
  return { host, port: solrPort, core: solrCore, access };
}

/** Java's notation: 512m instead of 512Mi. */
function javaSize(quantity: string): string {
  return quantity.replace("i", "").toLowerCase();
}
