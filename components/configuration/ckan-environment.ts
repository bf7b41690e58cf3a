/** Environment variables with CKAN's connections and keys: everything that must stay out of ckan.ini. */
import { interpolate } from "@pulumi/pulumi";
import type {
  DatabaseEndpoint,
  DatabaseEndpoints,
  EnvironmentVariable,
  ObjectStore,
  QueueEndpoint,
  SearchEndpoint,
  SecretReference,
} from "../site/endpoints.ts";

export interface Connections {
  readonly database: DatabaseEndpoints;
  readonly search: SearchEndpoint;
  readonly queue: QueueEndpoint;
  readonly store?: ObjectStore | undefined;
  readonly keys: Readonly<Record<"session" | "api-tokens" | "xloader-token", SecretReference>> &
    Partial<Readonly<Record<"datapusher-token", SecretReference>>>;
  readonly iniPath: string;
}

/**
 * Helper variables come first, because Kubernetes expands $(NAME) only for earlier names. They have no CKAN prefix, because
 * ckanext-envvars takes every CKAN... variable for a setting.
 */
export function ckanEnvironment(connections: Connections): readonly EnvironmentVariable[] {
  const { database, search, queue, store, keys, iniPath } = connections;
  return [
    { name: "DATABASE_PASSWORD", secret: database.main.password },
    { name: "DATASTORE_READER_PASSWORD", secret: database.datastoreReader.password },
    { name: "QUEUE_PASSWORD", secret: queue.password },
    { name: "API_TOKEN_KEY", secret: keys["api-tokens"] },
    { name: "CKAN_INI", value: iniPath },
    { name: "CKAN_SQLALCHEMY_URL", value: databaseUrl(database.main, "DATABASE_PASSWORD") },
    { name: "CKAN_DATASTORE_WRITE_URL", value: databaseUrl(database.datastore, "DATABASE_PASSWORD") },
    { name: "CKAN_DATASTORE_READ_URL", value: databaseUrl(database.datastoreReader, "DATASTORE_READER_PASSWORD") },
    { name: "CKANEXT__XLOADER__JOBS_DB__URI", value: databaseUrl(database.main, "DATABASE_PASSWORD") },
    ...solr(search),
    { name: "CKAN_REDIS_URL", value: redisUrl(queue, "QUEUE_PASSWORD") },
    { name: "CKAN___SECRET_KEY", secret: keys.session },
    { name: "CKAN___API_TOKEN__JWT__ENCODE__SECRET", value: "string:$(API_TOKEN_KEY)" },
    { name: "CKAN___API_TOKEN__JWT__DECODE__SECRET", value: "string:$(API_TOKEN_KEY)" },
    { name: "CKANEXT__XLOADER__API_TOKEN", secret: keys["xloader-token"] },
    ...(keys["datapusher-token"] === undefined
      ? []
      : [{ name: "CKAN__DATAPUSHER__API_TOKEN", secret: keys["datapusher-token"] }]),
    ...(store === undefined
      ? []
      : [
          { name: "CKANEXT__S3FILESTORE__AWS_ACCESS_KEY_ID", secret: store.accessKey },
          { name: "CKANEXT__S3FILESTORE__AWS_SECRET_ACCESS_KEY", secret: store.secretKey },
          // By default Amazon's SDK adds checksums that other stores refuse, Google's among them.
          { name: "AWS_REQUEST_CHECKSUM_CALCULATION", value: "when_required" },
          { name: "AWS_RESPONSE_CHECKSUM_VALIDATION", value: "when_required" },
        ]),
  ];
}

/** CKAN puts user and password into the URL itself. */
function solr({ host, port, core, tls, login }: SearchEndpoint): readonly EnvironmentVariable[] {
  return [
    { name: "CKAN_SOLR_URL", value: interpolate`${tls ? "https" : "http"}://${host}:${port}/solr/${core}` },
    ...(login === undefined
      ? []
      : [
          { name: "CKAN_SOLR_USER", value: login.user },
          { name: "CKAN_SOLR_PASSWORD", secret: login.password },
        ]),
  ];
}

/**
 * The URL always says whether to check the host name in the certificate: redis-py does not by default before version 6, and does
 * since (redis/redis-py#1016, #3626).
 */
function redisUrl({ host, port, index, user, tls = "disable" }: QueueEndpoint, passwordVariable: string) {
  const scheme = tls === "disable" ? "redis" : "rediss";
  const check = tls === "disable" ? "" : `?ssl_check_hostname=${tls === "verify-full"}`;
  return interpolate`${scheme}://${user?.name ?? ""}:$(${passwordVariable})@${host}:${port}/${index}${check}`;
}

function databaseUrl(endpoint: DatabaseEndpoint, passwordVariable: string) {
  const { host, port, database, user, sslMode } = endpoint;
  return interpolate`postgresql://${user}:$(${passwordVariable})@${host}:${port}/${database}?sslmode=${sslMode}`;
}
