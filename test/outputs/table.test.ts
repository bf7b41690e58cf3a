import { describe, expect, test } from "vitest";
import { contractTable, unreadable } from "../../outputs/table.ts";

const pods = { kind: "pods", clientLabels: { "search-client": "true" }, serverLabels: {} };
const networks = { kind: "networks", networks: ["10.20.0.0/16", "10.21.0.0/16"], except: [] };
const site = {
  url: "https://data.example.org",
  apiUrl: "https://data.example.org/api/3",
  internal: { url: "http://opendata-web.opendata-prod.svc", healthUrl: "http://opendata-web.opendata-prod.svc/health" },
  address: null,
  namespace: "opendata-prod",
  ckan: { version: "2.11.6", plugins: ["datastore", "envvars"] },
  datastore: {
    host: "10.20.0.5",
    port: 5432,
    database: "datastore_opendata",
    user: "reader_opendata",
    sslMode: "require",
    access: networks,
  },
  search: { url: "http://solr:8983/solr/ckan", host: "solr", port: 8983, core: "ckan", login: null, access: pods },
  queue: {
    host: "redis",
    port: 6379,
    index: 0,
    lists: { default: "rq:queue:ckan:opendata:default" },
    tls: "disable",
    user: null,
    passwordSecret: { name: "opendata-queue-1", key: "password" },
    access: pods,
  },
  buckets: { uploads: null, backups: null },
  dashboards: {},
};
const outputs = {
  contractVersion: 1,
  environment: "prod",
  instances: { opendata: site },
  credentials: { opendata: { datastorePassword: "[secret]" } },
  administrators: { opendata: { name: "ckan-admin", password: "[secret]" } },
};

describe("the table", () => {
  test("has a line for each field of each instance, and says where passwords are", () => {
    expect(contractTable(outputs)).toMatchInlineSnapshot(`
      "Environment prod, contract version 1

      opendata
        url                                       https://data.example.org
        apiUrl                                    https://data.example.org/api/3
        internal.url                              http://opendata-web.opendata-prod.svc
        internal.healthUrl                        http://opendata-web.opendata-prod.svc/health
        address                                   -
        namespace                                 opendata-prod
        ckan.version                              2.11.6
        ckan.plugins                              datastore, envvars
        datastore.host                            10.20.0.5
        datastore.port                            5432
        datastore.database                        datastore_opendata
        datastore.user                            reader_opendata
        datastore.sslMode                         require
        datastore.access.kind                     networks
        datastore.access.networks                 10.20.0.0/16, 10.21.0.0/16
        datastore.access.except                   -
        search.url                                http://solr:8983/solr/ckan
        search.host                               solr
        search.port                               8983
        search.core                               ckan
        search.login                              -
        search.access.kind                        pods
        search.access.clientLabels.search-client  true
        search.access.serverLabels                -
        queue.host                                redis
        queue.port                                6379
        queue.index                               0
        queue.lists.default                       rq:queue:ckan:opendata:default
        queue.tls                                 disable
        queue.user                                -
        queue.passwordSecret.name                 opendata-queue-1
        queue.passwordSecret.key                  password
        queue.access.kind                         pods
        queue.access.clientLabels.search-client   true
        queue.access.serverLabels                 -
        buckets.uploads                           -
        buckets.backups                           -
        dashboards                                -

      Passwords: pulumi stack output credentials --show-secrets
      "
    `);
  });

  test("shows no password, even where the outputs hold it in plain text", () => {
    const shown = { ...outputs, credentials: { opendata: { datastorePassword: "in-plain-text" } } };
    expect(contractTable(shown)).toBe(contractTable(outputs));
  });
});

describe("outputs that are no contract of this version", () => {
  test.each([
    [
      "a stack without outputs",
      {},
      "prod publishes no contract: it has no output contractVersion",
      "bring it up first: pulumi up -s prod; a stack from before contracts publishes one with its next up",
    ],
    [
      "another version",
      { ...outputs, contractVersion: 2 },
      "prod publishes version 2 of the contract, and this program reads 1",
      "use the release of this program that the stack was brought up with, or bring it up with this one",
    ],
    [
      "a document with a mistake",
      { ...outputs, instances: { opendata: { ...site, url: 7 } } },
      "prod publishes something else than version 1 of the contract: instances.opendata.url: Invalid input: expected string, received number",
      "bring it up again with this program: pulumi up -s prod",
    ],
  ])("%s", (_name, document, message, remedy) => {
    expect(unreadable(document, "prod")).toEqual({ message, remedy });
  });

  test("do not include what this version says, with further outputs or without", () => {
    expect(unreadable(outputs, "prod")).toBe(undefined);
  });
});
