/** A CKAN site on a database server and an S3 endpoint that exist already. */
import * as pulumi from "@pulumi/pulumi";
import { CkanStack, Credentials } from "../../components/index.ts";

const config = new pulumi.Config();

const site = new CkanStack("opendata", {
  namespace: "opendata",
  credentials: new Credentials({ rootSecret: config.require("rootSecret"), instance: "opendata" }),
  host: "data.example.org",
  exposure: { kind: "none" },
  ckan: {
    version: "2.11.6",
    image: "registry.example.org/ckan/ckan:2.11.6-1",
    plugins: ["activity", "datastore", "xloader", "s3filestore", "envvars"],
  },
  site: { title: "Open data" },
  administrator: { name: "ckan-admin", email: "data@example.org" },
  web: {
    nginx: {
      image:
        "docker.io/nginxinc/nginx-unprivileged:1.30.5-alpine-slim@sha256:3af0c10d960cc2502427fe1219c52989d309e7d65596869c60a34fd2fa2406f0",
    },
  },
  database: {
    kind: "external",
    host: "postgres.example.org",
    administrator: { user: "provisioner", password: config.requireSecret("databasePassword") },
    networks: ["10.20.0.0/24"],
  },
  search: { kind: "in-cluster", image: "registry.example.org/ckan/solr:9.10.1-ckan2.11.6-1" },
  queue: { kind: "in-cluster", image: "docker.io/valkey/valkey:8.1.3-bookworm" },
  files: {
    kind: "s3",
    endpoint: "https://s3.example.org",
    region: "eu-central-1",
    bucket: "opendata-files",
    accessKey: config.requireSecret("accessKey"),
    secretKey: config.requireSecret("secretKey"),
  },
});

export const { url, internalUrl } = site;
