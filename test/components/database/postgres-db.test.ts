import { describe, expect, test } from "vitest";
import { PostgresDb } from "../../../components/database/postgres-db.ts";
import type { Protection } from "../../../components/kubernetes/durability.ts";
import { deriveSecret } from "../../../components/site/credentials.ts";
import {
  alone,
  credentials,
  describeComponent,
  nameOf,
  namespace,
  podOf,
  secretData,
} from "../../support/component.ts";
import { rootSecret } from "../../support/configuration.ts";
import { find, settled } from "../../support/program.ts";
import { probeCode } from "../../support/shell.ts";

const administrator = "core/v1:Secret opendata-database-administrator";
const roles = "core/v1:Secret opendata-database-roles";
const secrets = { [administrator]: ["password"], [roles]: ["owner", "reader"] };

const own = {
  component: "PostgresDb opendata-database",
  declare: (opts: object, protection: Protection) =>
    new PostgresDb(
      "opendata-database",
      {
        namespace,
        instance: "opendata",
        credentials: credentials(),
        server: { kind: "in-cluster", image: "registry.example.org/postgres:17.6" },
        protection,
      },
      opts,
    ),
  children: [
    "apps/v1:StatefulSet opendata-database",
    "core/v1:PersistentVolumeClaim opendata-database-data",
    administrator,
    roles,
    "core/v1:Service opendata-database",
    "networking.k8s.io/v1:NetworkPolicy opendata-database",
  ],
  durable: ["core/v1:PersistentVolumeClaim opendata-database-data"],
  secrets,
};

const bringing = {
  component: "PostgresDb opendata-database",
  declare: (opts: object) =>
    new PostgresDb(
      "opendata-database",
      {
        namespace,
        instance: "opendata",
        credentials: credentials(),
        server: {
          kind: "external",
          host: "postgres.example.org",
          port: 6432,
          administrator: { user: "provisioner", password: "password-of-the-provisioner" },
          networks: ["10.20.0.0/24"],
        },
      },
      opts,
    ),
  children: [administrator, roles],
  secrets,
};

describeComponent("databases on a server of their own", own);
describeComponent("databases on a server of somebody else", bringing);

describe("the contract", () => {
  const expected = (
    server: { host: string; port: number; sslMode: string },
    user: string,
    names: { administrator: string; roles: string },
    access: object,
  ) => {
    const endpoint = (database: string, role: string, key: string) => ({
      ...server,
      database,
      user: role,
      password: { secretName: names.roles, key },
    });
    return {
      server: {
        ...server,
        administrator: { user, password: { secretName: names.administrator, key: "password" } },
      },
      main: endpoint("ckan_opendata", "ckan_opendata", "owner"),
      datastore: endpoint("datastore_opendata", "ckan_opendata", "owner"),
      datastoreReader: endpoint("datastore_opendata", "reader_opendata", "reader"),
      access,
    };
  };

  test("of an own server names its Service, three users and where their passwords are", async () => {
    const { made, resources } = await alone(own);
    const names = { administrator: nameOf(find(resources, administrator)), roles: nameOf(find(resources, roles)) };
    const labels = {
      "app.kubernetes.io/name": "postgresql",
      "app.kubernetes.io/instance": "opendata",
      "app.kubernetes.io/component": "database",
    };
    expect(await settled(made.endpoints)).toEqual(
      expected({ host: "opendata-database", port: 5432, sslMode: "disable" }, "postgres", names, {
        clientLabels: { "database-client": "true" },
        destination: { kind: "pods", labels, port: 5432 },
      }),
    );
  });

  test("of an external server asks for TLS unless told otherwise", async () => {
    const { made, resources } = await alone(bringing);
    const names = { administrator: nameOf(find(resources, administrator)), roles: nameOf(find(resources, roles)) };
    expect(await settled(made.endpoints)).toEqual(
      expected({ host: "postgres.example.org", port: 6432, sslMode: "require" }, "provisioner", names, {
        clientLabels: {},
        destination: { kind: "networks", networks: ["10.20.0.0/24"], port: 6432 },
      }),
    );
  });
});

describe("passwords", () => {
  const derived = (purpose: string) => deriveSecret(rootSecret, "opendata", purpose, 1);

  test("of an own server are derived, each for its purpose", async () => {
    const { resources } = await alone(own);
    expect(secretData(find(resources, administrator))).toEqual({ password: derived("database-administrator") });
    expect(secretData(find(resources, roles))).toEqual({
      owner: derived("database"),
      reader: derived("datastore-reader"),
    });
  });

  test("of an external server's administrator is the given one", async () => {
    const { resources } = await alone(bringing);
    expect(secretData(find(resources, administrator))).toEqual({ password: "password-of-the-provisioner" });
  });

  test("reach the server as a file", async () => {
    const { resources } = await alone(own);
    const { containers, volumes } = podOf(find(resources, "apps/v1:StatefulSet opendata-database"));
    expect(containers.map(({ env }) => env?.[0])).toEqual([
      { name: "POSTGRES_PASSWORD_FILE", value: "/run/secrets/administrator/password" },
    ]);
    expect(volumes.filter(({ secret }) => secret !== undefined)).toEqual([
      { name: "administrator", secret: { secretName: nameOf(find(resources, administrator)), defaultMode: 0o440 } },
    ]);
  });
});

test.each([
  ["accepts", 0, 0],
  ["refuses, because it recovers or stops,", 1, 0],
  ["is silent", 2, 1],
])("a server that %s (%d of pg_isready) gives its liveness probe %d", async (_name, answer, code) => {
  const { resources } = await alone(own);
  const [container] = podOf(find(resources, "apps/v1:StatefulSet opendata-database")).containers;
  expect(probeCode(container?.livenessProbe, { pg_isready: `exit ${answer}` })).toBe(code);
  expect(container?.startupProbe?.exec).toEqual(container?.livenessProbe?.exec);
});

test.each([
  [undefined, 100],
  [250, 250],
])("with maxConnections %s the server takes %d", async (maxConnections, taken) => {
  const server = {
    kind: "in-cluster",
    image: "postgres:17.6",
    ...(maxConnections !== undefined && { maxConnections }),
  } as const;
  const declare = (opts: object) =>
    new PostgresDb("opendata-database", { namespace, instance: "opendata", credentials: credentials(), server }, opts);
  const { resources } = await alone({ ...own, declare });
  const [container] = podOf(find(resources, "apps/v1:StatefulSet opendata-database")).containers;
  expect(container?.args).toEqual(["postgres", "-c", `max_connections=${taken}`]);
});
