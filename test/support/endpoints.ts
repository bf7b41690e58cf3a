/** Endpoints as other components hand them on, for components that are tested alone. */
import type {
  Access,
  CkanRuntime,
  DatabaseEndpoints,
  ObjectStore,
  QueueEndpoint,
  SearchEndpoint,
} from "../../components/site/endpoints.ts";

const reference = (secretName: string, key: string) => ({ secretName, key });

/** Pods of this namespace with the label of the part. */
export const inside = (part: string, port: number): Access => ({
  clientLabels: { [`${part}-client`]: "true" },
  destination: { kind: "pods", labels: { part }, port },
});

const server = {
  host: "db.example.org",
  port: 5432,
  sslMode: "require",
  administrator: { user: "provisioner", password: reference("administrator", "password") },
} as const;

const endpoint = (name: string, user: string, key: string) => ({
  host: server.host,
  port: server.port,
  sslMode: server.sslMode,
  database: name,
  user,
  password: reference("roles", key),
});

export const database: DatabaseEndpoints = {
  server,
  main: endpoint("opendata", "opendata", "owner"),
  datastore: endpoint("datastore_opendata", "opendata", "owner"),
  datastoreReader: endpoint("datastore_opendata", "reader_opendata", "reader"),
  access: inside("database", 5432),
};

export const search: SearchEndpoint = {
  host: "solr.example.org",
  port: 8983,
  core: "ckan",
  access: inside("search", 8983),
};

export const queue: QueueEndpoint = {
  host: "redis.example.org",
  port: 6379,
  index: 3,
  password: reference("queue", "password"),
  access: inside("queue", 6379),
};

export const store: ObjectStore = {
  protocol: "http",
  host: "opendata-files",
  port: 9000,
  region: "us-east-1",
  bucket: "opendata-files",
  accessKey: reference("files", "access-key"),
  secretKey: reference("files", "secret-key"),
  reachableByBrowsers: false,
  access: inside("files", 9000),
};

export const keys = {
  session: reference("keys", "session"),
  "api-tokens": reference("keys", "api-tokens"),
  "xloader-token": reference("keys", "xloader-token"),
};

export const runtime: CkanRuntime = {
  image: "registry.example.org/ckan:2.11.6-1",
  version: "2.11.6",
  configMap: "opendata-configuration-0",
  environment: [{ name: "CKAN_INI", value: "/etc/ckan/ckan.ini" }],
  access: [database.access, search.access],
};
