/** PostgreSQL that somebody else runs or administers: rights and objects, kind by kind. */
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { PostgresDb } from "../../../components/database/postgres-db.ts";
import type { DatabaseArgs } from "../../../components/database/settings.ts";
import { deriveSecret } from "../../../components/site/credentials.ts";
import type { Declared } from "../../../render/synthesize.ts";
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
import { dependencies, find, secretAt, settled, title } from "../../support/program.ts";

const administrator = "core/v1:Secret opendata-database-administrator";
const roles = "core/v1:Secret opendata-database-roles";
const derived = (purpose: string) => deriveSecret(rootSecret, "opendata", purpose, 1);

type CloudNativePgArgs = Extract<DatabaseArgs, { kind: "cloud-native-pg" }>;
type CloudSqlArgs = Extract<DatabaseArgs, { kind: "cloud-sql" }>;

function databases(server: DatabaseArgs, expected: object) {
  return {
    component: "PostgresDb opendata-database",
    declare: (opts: object, protection?: "disposable" | "retained" | "protected") =>
      new PostgresDb(
        "opendata-database",
        { namespace, instance: "opendata", credentials: credentials(), server, ...(protection && { protection }) },
        opts,
      ),
    children: [],
    ...expected,
  };
}

const byPulumi = databases(
  {
    kind: "external",
    host: "postgres.example.org",
    administrator: { user: "provisioner", password: "password-of-the-provisioner" },
    administration: "pulumi",
  },
  {
    children: [
      roles,
      "postgresql:index/database:Database opendata-database-datastore",
      "postgresql:index/database:Database opendata-database-main",
      "postgresql:index/defaultPrivileges:DefaultPrivileges opendata-database-reader-reads",
      "postgresql:index/grant:Grant opendata-database-datastore-administered",
      "postgresql:index/grant:Grant opendata-database-datastore-closed",
      "postgresql:index/grant:Grant opendata-database-main-administered",
      "postgresql:index/grant:Grant opendata-database-main-closed",
      "postgresql:index/grant:Grant opendata-database-reader-connects",
      "postgresql:index/grant:Grant opendata-database-reader-enters",
      "postgresql:index/role:Role opendata-database-owner",
      "postgresql:index/role:Role opendata-database-reader",
      "pulumi:providers:postgresql opendata-database-as-owner",
      "pulumi:providers:postgresql opendata-database-server",
    ],
    durable: [
      "postgresql:index/database:Database opendata-database-datastore",
      "postgresql:index/database:Database opendata-database-main",
      "postgresql:index/role:Role opendata-database-owner",
      "postgresql:index/role:Role opendata-database-reader",
    ],
    secrets: { [roles]: ["owner", "reader"] },
    concealed: {
      "postgresql:index/role:Role opendata-database-owner": "password",
      "postgresql:index/role:Role opendata-database-reader": "password",
      "pulumi:providers:postgresql opendata-database-as-owner": "password",
      "pulumi:providers:postgresql opendata-database-server": "password",
    },
  },
);

describeComponent("databases that Pulumi administers", byPulumi);

describe("administration by Pulumi", () => {
  const inputsOf = (resources: readonly Declared[], wanted: string) => find(resources, wanted).inputs;

  test("leaves no administrator to the bootstrap", async () => {
    const { made, resources } = await alone(byPulumi);
    expect(await settled(made.endpoints.server)).toEqual({
      host: "postgres.example.org",
      port: 5432,
      sslMode: "require",
    });
    expect(JSON.stringify(resources.filter(({ type }) => type.startsWith("kubernetes:")))).not.toContain(
      "password-of-the-provisioner",
    );
  });

  test("gives the roles the passwords that CKAN has, and no right on the server", async () => {
    const { resources } = await alone(byPulumi);
    const role = (part: string) => find(resources, `postgresql:index/role:Role opendata-database-${part}`);
    expect([role("owner").inputs, role("reader").inputs]).toEqual([
      { name: "ckan_opendata", login: true, password: "[secret]" },
      { name: "reader_opendata", login: true, password: "[secret]" },
    ]);
    expect([secretAt(role("owner"), "password"), secretAt(role("reader"), "password")]).toEqual([
      derived("database"),
      derived("datastore-reader"),
    ]);
  });

  test("closes both databases to everybody but the administrator, and opens the datastore to its reader", async () => {
    const { resources } = await alone(byPulumi);
    const grants = resources.filter(({ type }) => /grant:|defaultPrivileges:/.test(type));
    expect(
      Object.fromEntries(grants.map(({ name, inputs }) => [name.replace("opendata-database-", ""), inputs])),
    ).toEqual({
      "main-administered": {
        database: "ckan_opendata",
        role: "provisioner",
        objectType: "database",
        privileges: ["CONNECT"],
      },
      "datastore-administered": {
        database: "datastore_opendata",
        role: "provisioner",
        objectType: "database",
        privileges: ["CONNECT"],
      },
      "main-closed": { database: "ckan_opendata", role: "public", objectType: "database", privileges: [] },
      "datastore-closed": { database: "datastore_opendata", role: "public", objectType: "database", privileges: [] },
      "reader-connects": {
        database: "datastore_opendata",
        role: "reader_opendata",
        objectType: "database",
        privileges: ["CONNECT"],
      },
      "reader-enters": {
        database: "datastore_opendata",
        role: "reader_opendata",
        schema: "public",
        objectType: "schema",
        privileges: ["USAGE"],
      },
      "reader-reads": {
        database: "datastore_opendata",
        owner: "ckan_opendata",
        role: "reader_opendata",
        schema: "public",
        objectType: "table",
        privileges: ["SELECT"],
      },
    });
  });

  test("changes rights one after the other, and closes nothing before the administrator is let in", async () => {
    const { resources } = await alone(byPulumi);
    const rights = resources.filter(({ type }) => /grant:|defaultPrivileges:/.test(type));
    const isRight = (wanted: string) => rights.some((right) => title(right) === wanted);
    const after = new Map(rights.map((right) => [title(right), dependencies(right).filter(isRight)]));
    const order = [...after.keys()].sort((a, b) => depth(a) - depth(b)).map((one) => one.replace(/.*-database-/, ""));
    function depth(right: string): number {
      const [earlier] = after.get(right) ?? [];
      return earlier === undefined ? 0 : depth(earlier) + 1;
    }
    expect(order).toEqual([
      "main-administered",
      "datastore-administered",
      "main-closed",
      "datastore-closed",
      "reader-connects",
      "reader-enters",
      "reader-reads",
    ]);
    expect([...after.values()].map(({ length }) => length).sort()).toEqual([0, 1, 1, 1, 1, 1, 1]);
  });

  test("connects as the administrator, who is no superuser, and takes fifteen seconds for an answer", async () => {
    const { resources } = await alone(byPulumi);
    expect(inputsOf(resources, "pulumi:providers:postgresql opendata-database-server")).toMatchObject({
      host: "postgres.example.org",
      port: "5432",
      sslmode: "require",
      username: "provisioner",
      superuser: "false",
      connectTimeout: "15",
    });
  });
});

const archive = {
  kind: "s3",
  destination: "s3://backups/opendata",
  endpoint: "https://s3.example.org",
  accessKey: "access-key-of-the-archive",
  secretKey: "secret-key-of-the-archive",
} as const;
const operated: CloudNativePgArgs = {
  kind: "cloud-native-pg",
  image: "ghcr.io/cloudnative-pg/postgresql:17.6",
  storage: "50Gi",
  pooler: { instances: 2, mode: "session" },
  backup: { store: archive },
  prometheusNamespace: "monitoring",
};
const archiveKey = "core/v1:Secret opendata-database-archive-key";
const ownerSecret = "core/v1:Secret opendata-database-owner";
const readerSecret = "core/v1:Secret opendata-database-reader";
const cluster = "postgresql.cnpg.io/v1:Cluster opendata-database";
const datastore = "postgresql.cnpg.io/v1:Database opendata-database-datastore";

const byOperator = databases(operated, {
  children: [
    "barmancloud.cnpg.io/v1:ObjectStore opendata-database-archive",
    archiveKey,
    ownerSecret,
    readerSecret,
    roles,
    "monitoring.coreos.com/v1:PodMonitor opendata-database",
    "networking.k8s.io/v1:NetworkPolicy opendata-database",
    cluster,
    datastore,
    "postgresql.cnpg.io/v1:Pooler opendata-database-pooler",
    "postgresql.cnpg.io/v1:ScheduledBackup opendata-database-backup",
  ],
  durable: [cluster, datastore],
  secrets: {
    [archiveKey]: ["access-key", "secret-key"],
    [ownerSecret]: ["password", "username"],
    [readerSecret]: ["password", "username"],
    [roles]: ["owner", "reader"],
  },
});

describeComponent("databases that CloudNativePG runs", byOperator);

describe("CloudNativePG", () => {
  const specOf = (object: Declared) => (object.inputs as { spec: Record<string, unknown> }).spec;
  const declare = (server: Partial<CloudNativePgArgs>) => alone(databases({ ...operated, ...server }, {}));

  test("is given the roles with the passwords that CKAN has, none of them superuser", async () => {
    const { resources } = await alone(byOperator);
    const names = [ownerSecret, readerSecret].map((one) => nameOf(find(resources, one)));
    const role = (name: string, secret: string | undefined) => ({
      name,
      ensure: "present",
      login: true,
      inherit: true,
      passwordSecret: { name: secret },
    });
    expect(specOf(find(resources, cluster))).toMatchObject({
      enableSuperuserAccess: false,
      managed: { roles: [role("ckan_opendata", names[0]), role("reader_opendata", names[1])] },
      bootstrap: { initdb: { database: "ckan_opendata", owner: "ckan_opendata", secret: { name: names[0] } } },
    });
    expect(secretData(find(resources, ownerSecret))).toEqual({
      username: "ckan_opendata",
      password: derived("database"),
    });
    expect((find(resources, ownerSecret).inputs as { type: string }).type).toBe("kubernetes.io/basic-auth");
  });

  test.each([
    [1, undefined],
    [2, { method: "any", number: 1, dataDurability: "preferred" }],
    [3, { method: "any", number: 1, dataDurability: "required" }],
  ])("of %d instances keeps what it was told on two of them: %j", async (instances, synchronous) => {
    const { resources } = await declare({ instances });
    const { postgresql } = specOf(find(resources, cluster)) as { postgresql: Record<string, unknown> };
    expect(postgresql["synchronous"]).toEqual(synchronous);
  });

  test.each([
    ["https://s3.example.org", [443, 6443]],
    ["https://minio.example.org:9000", [443, 6443, 9000]],
    ["http://minio.backup", [443, 6443, 80]],
  ])("reaches the API server and the archive %s on %j, wherever they are", async (endpoint, open) => {
    const { resources } = await declare({ backup: { store: { ...archive, endpoint } } });
    const policy = find(resources, "networking.k8s.io/v1:NetworkPolicy opendata-database");
    const { egress } = specOf(policy) as {
      egress: { to: { ipBlock?: { cidr: string } }[]; ports: { port: number }[] }[];
    };
    const anywhere = egress.filter(({ to }) => to.some(({ ipBlock }) => ipBlock?.cidr === "0.0.0.0/0"));
    expect(anywhere.flatMap(({ ports }) => ports.map(({ port }) => port))).toEqual(open);
  });

  test("keeps the datastore's database when its object goes, unless all data is disposable", async () => {
    const policies: unknown[] = [];
    for (const protection of ["disposable", "retained", "protected"] as const) {
      const { resources } = await alone(byOperator, protection);
      policies.push(specOf(find(resources, datastore))["databaseReclaimPolicy"]);
    }
    expect(policies).toEqual(["delete", "retain", "retain"]);
  });

  test("is waited for wherever the operator reports anything", async () => {
    const { resources } = await alone(byOperator);
    const awaited = resources
      .filter(({ type }) => /cnpg\.io|monitoring/.test(type))
      .map(({ name, type, inputs }) => {
        const { annotations } = (inputs as { metadata: { annotations: Record<string, string> } }).metadata;
        return [`${type.split(":").at(-1)} ${name}`, annotations["pulumi.com/waitFor"]];
      });
    expect(Object.fromEntries(awaited)).toEqual({
      "Cluster opendata-database": "condition=Ready",
      "Database opendata-database-datastore": "jsonpath={.status.applied}=true",
      "ObjectStore opendata-database-archive": undefined,
      "PodMonitor opendata-database": undefined,
      "Pooler opendata-database-pooler": "jsonpath={.status.instances}=2",
      "ScheduledBackup opendata-database-backup": undefined,
    });
  });

  test("is reached through the pooler by CKAN, and directly by the bootstrap, over TLS", async () => {
    const { made } = await alone(byOperator);
    const { server, main, datastoreReader, access } = await settled(made.endpoints);
    expect(server).toEqual({ host: "opendata-database-rw", port: 5432, sslMode: "require" });
    expect([main.host, datastoreReader.host]).toEqual(["opendata-database-pooler", "opendata-database-pooler"]);
    expect(access.destination).toEqual({
      kind: "pods",
      labels: { "cnpg.io/cluster": "opendata-database" },
      port: 5432,
    });
  });

  test("without a pooler is reached directly", async () => {
    const { pooler: _, ...server } = operated;
    const { made } = await alone(databases(server, {}));
    expect((await settled(made.endpoints)).main.host).toBe("opendata-database-rw");
  });

  const account = "backup@example-prod.iam.gserviceaccount.com";

  test.each([
    ["text", (text: string) => text],
    ["an output of the program", (text: string) => pulumi.output(text)],
  ])("archives to Google by the identity of its pods, which is %s, without a key", async (_what, said) => {
    const store = { kind: "gcs", destination: "gs://backups/opendata", serviceAccount: said(account) } as const;
    const { resources } = await declare({ backup: { store } });
    const spec = specOf(find(resources, cluster)) as { serviceAccountTemplate: unknown };
    expect(spec.serviceAccountTemplate).toEqual({
      metadata: { annotations: { "iam.gke.io/gcp-service-account": account } },
    });
    const archive = specOf(find(resources, "barmancloud.cnpg.io/v1:ObjectStore opendata-database-archive"));
    expect(archive["configuration"]).toMatchObject({
      destinationPath: "gs://backups/opendata",
      googleCredentials: { gkeEnvironment: true },
    });
    expect(resources.filter(({ name }) => name.includes("archive-key"))).toEqual([]);
  });
});

const managed: CloudSqlArgs = {
  kind: "cloud-sql",
  project: "example-prod",
  region: "europe-west3",
  name: "ckan-opendata-prod",
  tier: "db-custom-2-7680",
  privateNetwork: "projects/example-prod/global/networks/default",
};
const server = "gcp:sql/databaseInstance:DatabaseInstance opendata-database";
const user = "gcp:sql/user:User opendata-database-administrator";

const byGoogle = databases(managed, {
  children: [administrator, roles, server, user],
  durable: [server],
  secrets: { [administrator]: ["password"], [roles]: ["owner", "reader"] },
  concealed: { [user]: "password" },
});

describeComponent("databases that Google runs", byGoogle);

describe("Cloud SQL", () => {
  const declare = (changes: Partial<CloudSqlArgs>, protection?: "disposable" | "retained" | "protected") =>
    alone(databases({ ...managed, ...changes }, {}), protection);
  type Settings = Readonly<Record<string, unknown>>;
  const settingsOf = (resources: readonly Declared[]) =>
    (find(resources, server).inputs as { settings: Settings }).settings;

  test("is in two zones, backed up to any point of a week, and reached by its private address only", async () => {
    const { resources } = await alone(byGoogle);
    expect(settingsOf(resources)).toMatchObject({
      availabilityType: "REGIONAL",
      ipConfiguration: {
        ipv4Enabled: false,
        authorizedNetworks: [],
        sslMode: "ENCRYPTED_ONLY",
        privateNetwork: managed.privateNetwork,
      },
      backupConfiguration: {
        enabled: true,
        startTime: "01:30",
        pointInTimeRecoveryEnabled: true,
        transactionLogRetentionDays: 7,
      },
      maintenanceWindow: { day: 7, hour: 3, updateTrack: "stable" },
      databaseFlags: [],
    });
  });

  test.each([
    ["disposable", false, false],
    ["retained", false, true],
    ["protected", true, true],
  ] as const)("when data is %s: refuses deletion %s, keeps backups %s", async (protection, refuses, keeps) => {
    const { resources } = await declare({}, protection);
    const { deletionProtectionEnabled, retainBackupsOnDelete } = settingsOf(resources);
    const { deletionProtection } = find(resources, server).inputs;
    expect([deletionProtection, deletionProtectionEnabled, retainBackupsOnDelete]).toEqual([refuses, refuses, keeps]);
  });

  test("flags of the stack file lie over those that CKAN needs, in one order", async () => {
    const { resources } = await declare({ flags: { work_mem: "8192", max_connections: "400" } });
    expect(settingsOf(resources)["databaseFlags"]).toEqual([
      { name: "max_connections", value: "400" },
      { name: "work_mem", value: "8192" },
    ]);
  });

  test("may be reached from named networks, and is then told by its public address", async () => {
    const { privateNetwork: _, ...server } = managed;
    const { made, resources } = await alone(databases({ ...server, authorizedNetworks: ["198.51.100.0/24"] }, {}));
    expect(settingsOf(resources)["ipConfiguration"]).toMatchObject({
      ipv4Enabled: true,
      authorizedNetworks: [{ name: "198.51.100.0-24", value: "198.51.100.0/24" }],
    });
    expect(await settled(made.endpoints.server.host)).toBe("<public address of ckan-opendata-prod>");
  });

  test("its administrator is a user of ours with a derived password, which only the bootstrap gets", async () => {
    const { made, resources } = await alone(byGoogle);
    expect(find(resources, user).inputs).toMatchObject({ name: "ckan_administrator", deletionPolicy: "ABANDON" });
    expect(secretAt(find(resources, user), "password")).toBe(derived("database-administrator"));
    expect(secretData(find(resources, administrator))).toEqual({ password: derived("database-administrator") });
    expect((await settled(made.endpoints.server)).administrator?.user).toBe("ckan_administrator");
  });

  test("its own account reads each bucket that dumps come from, and has no other role there", async () => {
    const { resources } = await declare({ importBuckets: ["example-dumps"] });
    const members = resources.filter(({ type }) => type.includes("IAMMember"));
    expect(members.map(({ inputs }) => inputs)).toEqual([
      {
        bucket: "example-dumps",
        role: "roles/storage.objectViewer",
        member: "serviceAccount:<service account of ckan-opendata-prod>",
      },
    ]);
  });

  describe("through the Auth Proxy", () => {
    const proxiedServer = {
      ...managed,
      connection: {
        kind: "auth-proxy",
        image: "gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.18.2",
        account: "ckan-opendata-sql",
      },
    } as const;
    const proxied = databases(proxiedServer, {});

    test("CKAN reaches a Service of its namespace, and the proxy alone has an identity at Google", async () => {
      const { made, resources } = await alone(proxied);
      expect(await settled(made.endpoints.server)).toMatchObject({
        host: "opendata-database-proxy",
        port: 5432,
        sslMode: "disable",
      });
      const pod = podOf(find(resources, "apps/v1:Deployment opendata-database-proxy"));
      expect(pod.containers[0]?.args).toEqual([
        "--private-ip",
        "--address=0.0.0.0",
        "--port=5432",
        "--health-check",
        "--http-address=0.0.0.0",
        "--http-port=9090",
        "example-prod:europe-west3:ckan-opendata-prod",
      ]);
      expect((pod as { serviceAccountName?: string }).serviceAccountName).toBe("opendata-database-proxy");
    });

    test("Pulumi administers the server at its own address, over TLS, and not through the proxy", async () => {
      const { connection } = proxiedServer;
      const { resources } = await declare({ connection, administration: "pulumi" });
      expect(find(resources, "pulumi:providers:postgresql opendata-database-server").inputs).toMatchObject({
        host: "<private address of ckan-opendata-prod>",
        sslmode: "require",
        username: "ckan_administrator",
      });
      expect(resources.filter(({ name }) => name.startsWith("opendata-database-administrator-"))).toEqual([]);
    });

    test("the proxy's account may connect to the site's server alone, and only its own pods may act as it", async () => {
      const { resources } = await alone(proxied);
      const members = resources.filter(({ type }) => type.includes("AMMember"));
      const email = "ckan-opendata-sql@example-prod.iam.gserviceaccount.com";
      expect(members.map(({ inputs }) => inputs)).toEqual([
        {
          project: "example-prod",
          role: "roles/cloudsql.client",
          member: `serviceAccount:${email}`,
          condition: {
            title: "server ckan-opendata-prod",
            expression:
              'resource.name == "projects/example-prod/instances/ckan-opendata-prod" && resource.service == "sqladmin.googleapis.com"',
          },
        },
        {
          serviceAccountId: `projects/example-prod/serviceAccounts/${email}`,
          role: "roles/iam.workloadIdentityUser",
          member: `serviceAccount:example-prod.svc.id.goog[${namespace}/opendata-database-proxy]`,
        },
      ]);
    });
  });
});
