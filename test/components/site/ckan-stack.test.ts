import { describe, expect, test } from "vitest";
import type { Protection } from "../../../components/kubernetes/durability.ts";
import { PodUser } from "../../../components/kubernetes/pod.ts";
import type { CkanStackArgs } from "../../../components/site/arguments.ts";
import { CkanStack } from "../../../components/site/ckan-stack.ts";
import { alone, credentials, describeComponent, nameOf, namespace } from "../../support/component.ts";
import { objectsOf, workloads } from "../../support/objects.ts";
import { declareAlone, dependencies, find, settled } from "../../support/program.ts";

const image = (name: string) => `registry.example.org/${name}` as const;

const least: Omit<CkanStackArgs, "credentials"> = {
  namespace,
  host: "data.example.org",
  exposure: { kind: "none" },
  ckan: {
    version: "2.11.6",
    image: image("ckan:2.11.6-1"),
    plugins: ["datastore", "xloader", "s3filestore", "envvars"],
  },
  administrator: { name: "ckan-admin", email: "data@example.org" },
  web: { nginx: { image: image("nginx:1.28.0") } },
  database: { kind: "in-cluster", image: image("postgres:17.6") },
  search: { kind: "in-cluster", image: image("solr:9.10.1-1") },
  queue: { kind: "in-cluster", image: image("valkey:8.1.3") },
  files: { kind: "minio", image: image("minio:2026-02-12-1") },
};

const declare = (args: Partial<CkanStackArgs> = {}) => {
  return (opts: object, protection: Protection) =>
    new CkanStack("opendata", { ...least, credentials: credentials(), protection, ...args }, opts);
};

/** Its namespace, and what runs CKAN in it. */
const site = [
  "CkanBootstrap opendata-bootstrap",
  "CkanConfiguration opendata-configuration",
  "CkanExposure opendata-exposure",
  "CkanWeb opendata-web",
  "PostgresDb opendata-database",
  "RedisQueue opendata-queue",
  "SolrCore opendata-search",
  "XLoaderRecovery opendata-recovery",
  "XLoaderWorker opendata-worker",
  "apps/v1:Deployment opendata-web",
  "apps/v1:Deployment opendata-worker",
  "batch/v1:CronJob opendata-recovery",
  "batch/v1:Job opendata-bootstrap",
  "core/v1:ConfigMap opendata-bootstrap",
  "core/v1:ConfigMap opendata-configuration",
  "core/v1:ConfigMap opendata-recovery",
  "core/v1:ConfigMap opendata-web",
  "core/v1:ConfigMap opendata-web-nginx",
  "core/v1:ConfigMap opendata-worker",
  "core/v1:Namespace opendata",
  "core/v1:Secret opendata-bootstrap-administrator",
  "core/v1:Secret opendata-configuration-keys",
  "core/v1:Secret opendata-database-administrator",
  "core/v1:Secret opendata-database-roles",
  "core/v1:Secret opendata-queue-credentials",
  "core/v1:Service opendata-web",
  "networking.k8s.io/v1:NetworkPolicy opendata-bootstrap",
  "networking.k8s.io/v1:NetworkPolicy opendata-default-deny",
  "networking.k8s.io/v1:NetworkPolicy opendata-recovery",
  "networking.k8s.io/v1:NetworkPolicy opendata-web",
  "networking.k8s.io/v1:NetworkPolicy opendata-worker",
];
const server = (name: string) => [
  `apps/v1:StatefulSet opendata-${name}`,
  `core/v1:PersistentVolumeClaim opendata-${name}-data`,
  `core/v1:Service opendata-${name}`,
  `networking.k8s.io/v1:NetworkPolicy opendata-${name}`,
];
const secrets = {
  "core/v1:Secret opendata-bootstrap-administrator": ["password"],
  "core/v1:Secret opendata-configuration-keys": ["api-tokens", "session", "xloader-token", "xloader-token-id"],
  "core/v1:Secret opendata-database-administrator": ["password"],
  "core/v1:Secret opendata-database-roles": ["owner", "reader"],
};
const filesKey = { "core/v1:Secret opendata-files-key": ["access-key", "secret-key"] };

const ownServers = {
  component: "CkanStack opendata",
  declare: declare(),
  children: [
    ...site,
    ...["database", "search", "queue", "files"].flatMap(server),
    "MinioStorage opendata-files",
    "batch/v1:Job opendata-files-setup",
    "core/v1:ConfigMap opendata-files-setup",
    "core/v1:Secret opendata-files-key",
    "core/v1:Secret opendata-files-root",
    "networking.k8s.io/v1:NetworkPolicy opendata-files-setup",
  ],
  durable: [
    "core/v1:Namespace opendata",
    ...["database", "search", "queue", "files"].map((name) => `core/v1:PersistentVolumeClaim opendata-${name}-data`),
  ],
  secrets: {
    ...secrets,
    ...filesKey,
    "core/v1:Secret opendata-files-root": ["password", "user"],
    "core/v1:Secret opendata-queue-credentials": ["password", "users.acl"],
  },
};

const nothingOwn = {
  component: "CkanStack opendata",
  declare: (opts: object, protection: Protection) =>
    declare({
      database: {
        kind: "external",
        host: "postgres.example.org",
        administrator: { user: "provisioner", password: "password-of-the-provisioner" },
      },
      search: { kind: "external", host: "solr.example.org" },
      queue: { kind: "external", host: "redis.example.org", password: "password-of-the-queue" },
      files: {
        kind: "s3",
        endpoint: "https://s3.example.org",
        bucket: "opendata-files",
        accessKey: "access-key-of-somebody",
        secretKey: "secret-key-of-somebody",
      },
    })(opts, protection),
  children: [...site, "S3Storage opendata-files", "core/v1:Secret opendata-files-key"],
  durable: ["core/v1:Namespace opendata"],
  secrets: { ...secrets, ...filesKey, "core/v1:Secret opendata-queue-credentials": ["password"] },
};

const volume = {
  component: "CkanStack opendata",
  declare: declare({
    files: { kind: "volume", storage: "5Gi" },
    ckan: { ...least.ckan, plugins: ["datastore", "xloader", "envvars"] },
  }),
  children: [
    ...site,
    ...["database", "search", "queue"].flatMap(server),
    "core/v1:PersistentVolumeClaim opendata-web-uploads",
  ],
  durable: [
    "core/v1:Namespace opendata",
    ...["database", "search", "queue"].map((name) => `core/v1:PersistentVolumeClaim opendata-${name}-data`),
    "core/v1:PersistentVolumeClaim opendata-web-uploads",
  ],
  secrets: { ...secrets, "core/v1:Secret opendata-queue-credentials": ["password", "users.acl"] },
};

describeComponent("a site with servers of its own", ownServers);
describeComponent("a site on servers of somebody else", nothingOwn);
describeComponent("a site with uploads on a volume", volume);

describe("every pod of a site", () => {
  const podsOf = async (args: Partial<CkanStackArgs>) => {
    const { resources } = await alone({ ...ownServers, declare: declare(args) });
    return { resources, pods: workloads(objectsOf(resources)) };
  };

  test("names the one Secret by which its image is pulled", async () => {
    const registries = [{ server: "registry.example.org", user: "puller", password: "password-of-the-puller" }];
    const { resources, pods } = await podsOf({ registries });
    const name = nameOf(find(resources, "core/v1:Secret opendata-registries"));
    expect(pods.map(({ pod }) => pod.imagePullSecrets)).toEqual(pods.map(() => [{ name }]));
    expect(pods.length).toBe(9);
    expect(JSON.stringify(resources.map(({ inputs }) => inputs))).not.toContain("password-of-the-puller");
  });

  test("leaves its user to a cluster that assigns one", async () => {
    const { pods } = await podsOf({ podUser: PodUser.Assigned });
    const strict = { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } };
    expect(pods.map(({ pod }) => pod.securityContext)).toEqual(pods.map(() => strict));
  });
});

test("each part has a priority of its own", async () => {
  const { resources } = await alone({
    ...ownServers,
    declare: declare({
      web: { ...least.web, priorityClass: "web" },
      workers: { default: { priorityClass: "worker" } },
      database: { ...least.database, priorityClass: "database" },
      search: { ...least.search, priorityClass: "search" },
      queue: { ...least.queue, priorityClass: "queue" },
      files: { ...least.files, priorityClass: "files" },
    } as Partial<CkanStackArgs>),
  });
  const priorities = workloads(objectsOf(resources)).map(({ address, pod }) => [
    address.split(" opendata-").at(-1),
    pod.priorityClassName,
  ]);
  expect(Object.fromEntries(priorities)).toEqual({
    bootstrap: undefined,
    database: "database",
    files: "files",
    "files-setup": undefined,
    queue: "queue",
    recovery: undefined,
    search: "search",
    web: "web",
    worker: "worker",
  });
});

describe("the order of a release:", () => {
  // Pulumi registers what lies in a component after the component, and that one after what it depends on.
  test.each(["CkanWeb opendata-web", "XLoaderWorker opendata-worker"])(
    "%s starts when the bootstrap is done",
    async (part) => {
      const { resources } = await alone(ownServers);
      expect(dependencies(find(resources, part))).toContain("batch/v1:Job opendata-bootstrap");
    },
  );

  test("the bootstrap waits inside for every server that the site has", async () => {
    const waitFor = async (variant: typeof ownServers | typeof nothingOwn) => {
      const { resources } = await alone(variant as typeof ownServers);
      const job = JSON.stringify(find(resources, "batch/v1:Job opendata-bootstrap").inputs);
      return /"name":"WAIT_FOR","value":"([^"]*)"/.exec(job)?.[1];
    };
    expect(await waitFor(ownServers)).toBe(
      "opendata-database:5432 opendata-search:8983 opendata-queue:6379 opendata-files:9000",
    );
    expect(await waitFor(nothingOwn)).toBe(
      "postgres.example.org:5432 solr.example.org:8983 redis.example.org:6379 s3.example.org:443",
    );
  });
});

describe("workers", () => {
  const workersOf = async (workers: CkanStackArgs["workers"]) => {
    const { resources } = await alone({ ...ownServers, declare: declare(workers === undefined ? {} : { workers }) });
    return resources.filter(({ type }) => type === "ckan:index:XLoaderWorker").map(({ name }) => name);
  };

  test("are one group, unless there are more", async () => {
    expect(await workersOf(undefined)).toEqual(["opendata-worker"]);
    expect(await workersOf({ bulk: { queues: ["bulk"] } })).toEqual(["opendata-worker", "opendata-worker-bulk"]);
    expect(await workersOf({ bulk: { queues: ["bulk"] }, default: { replicas: 2 } })).toEqual([
      "opendata-worker",
      "opendata-worker-bulk",
    ]);
  });
});

describe("what it hands on:", () => {
  test.each<readonly [string, CkanStackArgs["exposure"], string]>([
    ["https behind something of your own", { kind: "none" }, "https://data.example.org"],
    ["http on a node port", { kind: "node-port", nodePort: 30500 }, "http://data.example.org:30500"],
  ])("%s", async (_name, exposure, url) => {
    const { made } = await alone({ ...ownServers, declare: declare({ exposure }) });
    expect([made.url, made.internalUrl]).toEqual([url, "http://opendata-web"]);
  });

  test("the contracts of its parts", async () => {
    const { made } = await alone(ownServers);
    const hosts = await settled([made.database.main.host, made.search.host, made.queue.host, made.store?.host]);
    expect(hosts).toEqual(["opendata-database", "opendata-search", "opendata-queue", "opendata-files"]);
  });

  test("where it is, what runs there, and the lists of every queue that a group of workers works on", async () => {
    const workers = { default: { queues: ["urgent", "default"] }, bulk: { queues: ["bulk", "default"] } };
    const { made } = await alone({ ...ownServers, declare: declare({ workers }) });
    expect([made.namespace, made.ckan]).toEqual([namespace, { version: "2.11.6", plugins: least.ckan.plugins }]);
    expect(made.jobLists).toEqual({
      urgent: "rq:queue:ckan:opendata:urgent",
      default: "rq:queue:ckan:opendata:default",
      bulk: "rq:queue:ckan:opendata:bulk",
    });
  });

  test("the list of the queue default where no group is named", async () => {
    const { made } = await alone(ownServers);
    expect(made.jobLists).toEqual({ default: "rq:queue:ckan:opendata:default" });
  });

  test("no store where uploads stay on a volume", async () => {
    const { made } = await alone(volume);
    expect(made.store).toBe(undefined);
  });
});

describe("a program's mistakes", () => {
  const refused = async (args: Partial<CkanStackArgs>) => {
    const made = declareAlone(() => declare(args)({}, "retained"));
    return await made.then(
      () => "accepted",
      (error: Error) => error.message,
    );
  };

  test("are those of a stack file, in one part and between parts, before anything is declared", async () => {
    const ckan = { ...least.ckan, maximumUploadMegabytes: 1_000 };
    expect(await refused({ ckan })).toMatch(
      /^The arguments of opendata have 3 mistakes; nothing was created or changed:\n {2}web\.nginx\.resources\.limits\.ephemeral-storage: expected at least/,
    );
    const search = { ...least.search, heap: "2Gi" };
    expect(await refused({ search })).toBe(
      'The arguments of opendata have 1 mistake; nothing was created or changed:\n  search.heap: expected less than the memory limit 1Gi: the Java process needs memory beside its heap, got "2Gi"',
    );
  });
});
