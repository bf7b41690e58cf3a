/** Stack files for tests, as the objects that their YAML would give. */

/** Random characters, made once: whatever is derived from it in tests is stable. */
export const rootSecret = "Zq8vN2xLr5TkW0hYc7BmJd4FsGuPa9EoXi3RtV6nQw1K";

export type StackFile = Readonly<Record<string, unknown>>;

type Settings = Readonly<Record<string, unknown>>;

/** The least that an instance must say. */
export const instance = {
  host: "data.example.org",
  exposure: { kind: "none" },
  administrator: { email: "data@example.org" },
  ckan: {
    version: "2.11.6",
    image: "registry.example.org/ckan:2.11.6-1",
    plugins: ["activity", "datastore", "xloader", "s3filestore", "envvars"],
  },
  web: { nginx: { image: "registry.example.org/nginx:1.28.0" } },
  database: { kind: "in-cluster", image: "registry.example.org/postgres:17.6", maxConnections: 300 },
  search: { kind: "in-cluster", image: "registry.example.org/solr:9.10.1-1" },
  queue: { kind: "in-cluster", image: "registry.example.org/valkey:8.1.3" },
  files: { kind: "minio", image: "registry.example.org/minio:2026-02-12-1" },
} as const;

/** Uploads on a volume of the web pod, with the plugins that fit. */
export const onVolume = {
  files: { kind: "volume", storage: "5Gi" },
  ckan: { ...instance.ckan, plugins: ["activity", "datastore", "xloader", "envvars"] },
} as const;

/** DataPusher in place of XLoader. */
export const pushing = {
  ckan: { ...instance.ckan, plugins: ["activity", "datastore", "datapusher", "s3filestore", "envvars"] },
  datapusher: { image: "registry.example.org/datapusher:0.0.21-1" },
} as const;

/** Servers that exist instead of own ones, each named by a secret key. */
export const external = {
  database: {
    kind: "external",
    host: "postgres.example.org",
    administrator: { user: "provisioner", passwordFrom: "databasePassword" },
  },
  search: { kind: "external", host: "solr.example.org" },
  queue: { kind: "external", host: "redis.example.org", index: 3, passwordFrom: "queuePassword" },
  files: {
    kind: "s3",
    endpoint: "https://s3.example.org",
    bucket: "opendata-files",
    accessKeyFrom: "accessKey",
    secretKeyFrom: "secretKey",
  },
} as const;

export const externalSecrets = {
  "ckan:databasePassword": "database-password-of-somebody",
  "ckan:queuePassword": "queue-password-of-somebody",
  "ckan:accessKey": "access-key-of-somebody",
  "ckan:secretKey": "secret-key-of-somebody",
} as const;

/** Pods that autoscalers make and take away. */
export const scaled = {
  web: { scaling: { minimum: 2, maximum: 6, cpuPercent: 80 } },
  workers: {
    default: { scaling: { kind: "keda", minimum: 0, maximum: 4 } },
    bulk: { queues: ["bulk"], scaling: { kind: "hpa", minimum: 1, maximum: 3, cpuPercent: 70 } },
  },
} as const;

/** Databases that CloudNativePG runs, with a pooler, an archive and Prometheus. */
export const operated = {
  database: {
    kind: "cloud-native-pg",
    image: "ghcr.io/cloudnative-pg/postgresql:17.6",
    pooler: { instances: 2 },
    backup: {
      store: {
        kind: "s3",
        destination: "s3://backups/opendata",
        endpoint: "https://s3.example.org",
        accessKeyFrom: "archiveAccessKey",
        secretKeyFrom: "archiveSecretKey",
      },
    },
    prometheusNamespace: "monitoring",
  },
} as const;

export const operatedSecrets = {
  "ckan:archiveAccessKey": "access-key-of-the-archive",
  "ckan:archiveSecretKey": "secret-key-of-the-archive",
} as const;

/** The least instance with these settings over it. What it says of web stays where they say something else of it. */
export function instanceWith(settings: Settings): Settings {
  const { web } = settings;
  const both = typeof web === "object" && { web: { ...instance.web, ...web } };
  return { ...instance, ...settings, ...both };
}

/** A stack file with these instances, which lie over the least instance. */
export function stackFile(instances: Readonly<Record<string, Settings>> = { opendata: {} }, more: Settings = {}) {
  return {
    "ckan:cluster": { platform: "kubernetes", context: "unit" },
    "ckan:rootSecret": rootSecret,
    "ckan:instances": Object.fromEntries(
      Object.entries(instances).map(([name, settings]) => [name, instanceWith(settings)]),
    ),
    ...more,
  };
}
