/** Only a search core: a program of another team that imports one component. */
import * as kubernetes from "@pulumi/kubernetes";
import { Protection, SolrCore } from "../../components/index.ts";

const namespace = new kubernetes.core.v1.Namespace("search", { metadata: { name: "search" } });

const core = new SolrCore("catalogue-search", {
  namespace: namespace.metadata.name,
  instance: "catalogue",
  server: { kind: "in-cluster", image: "docker.io/ckan/ckan-solr:2.11-solr9", storage: "10Gi" },
  protection: Protection.Retained,
});

/** Pods that carry these labels may talk to it. */
export const { host, port, access } = core.endpoint;
