import { beforeAll, expect, test } from "vitest";
import { ckanEnvironment } from "../../../components/configuration/ckan-environment.ts";
import { database, keys, queue, search, store } from "../../support/endpoints.ts";
import { settled } from "../../support/program.ts";

const connections = { database, search, queue, keys, iniPath: "/etc/ckan/ckan.ini" };

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly secret?: unknown;
}

let variables: readonly Variable[];
beforeAll(async () => {
  variables = (await settled(ckanEnvironment({ ...connections, store }))) as readonly Variable[];
});

test("connections and keys reach CKAN in this order, passwords by reference", () => {
  const main = "postgresql://opendata:$(DATABASE_PASSWORD)@db.example.org:5432/opendata?sslmode=require";
  const datastore = "postgresql://opendata:$(DATABASE_PASSWORD)@db.example.org:5432/datastore_opendata?sslmode=require";
  const reader =
    "postgresql://reader_opendata:$(DATASTORE_READER_PASSWORD)@db.example.org:5432/datastore_opendata?sslmode=require";
  expect(variables).toEqual([
    { name: "DATABASE_PASSWORD", secret: { secretName: "roles", key: "owner" } },
    { name: "DATASTORE_READER_PASSWORD", secret: { secretName: "roles", key: "reader" } },
    { name: "QUEUE_PASSWORD", secret: { secretName: "queue", key: "password" } },
    { name: "API_TOKEN_KEY", secret: { secretName: "keys", key: "api-tokens" } },
    { name: "CKAN_INI", value: "/etc/ckan/ckan.ini" },
    { name: "CKAN_SQLALCHEMY_URL", value: main },
    { name: "CKAN_DATASTORE_WRITE_URL", value: datastore },
    { name: "CKAN_DATASTORE_READ_URL", value: reader },
    { name: "CKANEXT__XLOADER__JOBS_DB__URI", value: main },
    { name: "CKAN_SOLR_URL", value: "http://solr.example.org:8983/solr/ckan" },
    { name: "CKAN_REDIS_URL", value: "redis://:$(QUEUE_PASSWORD)@redis.example.org:6379/3" },
    { name: "CKAN___SECRET_KEY", secret: { secretName: "keys", key: "session" } },
    { name: "CKAN___API_TOKEN__JWT__ENCODE__SECRET", value: "string:$(API_TOKEN_KEY)" },
    { name: "CKAN___API_TOKEN__JWT__DECODE__SECRET", value: "string:$(API_TOKEN_KEY)" },
    { name: "CKANEXT__XLOADER__API_TOKEN", secret: { secretName: "keys", key: "xloader-token" } },
    { name: "CKANEXT__S3FILESTORE__AWS_ACCESS_KEY_ID", secret: { secretName: "files", key: "access-key" } },
    { name: "CKANEXT__S3FILESTORE__AWS_SECRET_ACCESS_KEY", secret: { secretName: "files", key: "secret-key" } },
    { name: "AWS_REQUEST_CHECKSUM_CALCULATION", value: "when_required" },
    { name: "AWS_RESPONSE_CHECKSUM_VALIDATION", value: "when_required" },
  ]);
});

test("a Redis and a Solr that speak TLS and want to know a user are reached so", async () => {
  const user = { name: "ckan", reference: { secretName: "queue", key: "user" } };
  const login = { user: "solr", password: { secretName: "search", key: "password" } };
  const url = async (tls: "disable" | "verify-ca" | "verify-full") =>
    (
      (await settled(
        ckanEnvironment({ ...connections, search: { ...search, tls: true, login }, queue: { ...queue, tls, user } }),
      )) as readonly Variable[]
    ).filter(({ name }) => /SOLR|REDIS/.test(name));
  const redis = "//ckan:$(QUEUE_PASSWORD)@redis.example.org:6379/3";
  expect(await url("verify-full")).toEqual([
    { name: "CKAN_SOLR_URL", value: "https://solr.example.org:8983/solr/ckan" },
    { name: "CKAN_SOLR_USER", value: "solr" },
    { name: "CKAN_SOLR_PASSWORD", secret: { secretName: "search", key: "password" } },
    { name: "CKAN_REDIS_URL", value: `rediss:${redis}?ssl_check_hostname=true` },
  ]);
  expect((await url("verify-ca")).at(-1)?.value).toBe(`rediss:${redis}?ssl_check_hostname=false`);
  expect((await url("disable")).at(-1)?.value).toBe(`redis:${redis}`);
});

test("without a store there are no keys of one", async () => {
  const without = (await settled(ckanEnvironment(connections))) as readonly Variable[];
  expect(without).toEqual(variables.filter(({ name }) => !/AWS/.test(name)));
});

test("no helper variable begins with CKAN, which ckanext-envvars would take for a setting", () => {
  const used = variables.flatMap(({ value }) => [...(value ?? "").matchAll(/\$\((\w+)\)/g)].map(([, name]) => name));
  expect([...new Set(used)]).toEqual([
    "DATABASE_PASSWORD",
    "DATASTORE_READER_PASSWORD",
    "QUEUE_PASSWORD",
    "API_TOKEN_KEY",
  ]);
});
