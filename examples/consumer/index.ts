/**
 * A program of another team, the statistics office: each night it counts the rows of every table in the datastore of a CKAN
 * site, and it keeps a page that says where all sites of the environment are. It knows the environment by its stack's name alone.
 */
import { ckanEnvironment } from "@ckan-environments/consumer";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { countRows } from "./etl.ts";
import { statusPage } from "./status-page.ts";

const config = new pulumi.Config();
const environment = ckanEnvironment(config.require("environment"));
const site = environment.instance(config.require("instance"));

export const job = countRows("statistics-rows", { namespace: site.namespace, datastore: site.datastore });

const namespace = new kubernetes.core.v1.Namespace("statistics", { metadata: { name: "statistics" } });
const page = new kubernetes.core.v1.ConfigMap("statistics-status", {
  metadata: { name: "statistics-status", namespace: namespace.metadata.name },
  data: {
    "index.html": pulumi
      .all([environment.name, environment.instances])
      .apply(([name, sites]) => statusPage(name, sites)),
  },
});

export const statusPageConfigMap = pulumi.interpolate`${page.metadata.namespace}/${page.metadata.name}`;
export const api = site.apiUrl;
