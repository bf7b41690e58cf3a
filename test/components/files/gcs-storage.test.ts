import { describe, expect, test } from "vitest";
import { GcsStorage, type GcsStorageArgs } from "../../../components/files/gcs-storage.ts";
import type { Declared } from "../../../render/synthesize.ts";
import { alone, credentials, describeComponent, namespace } from "../../support/component.ts";
import { find, settled, title } from "../../support/program.ts";

const uploads = "gcp:storage/bucket:Bucket opendata-files";
const backups = "gcp:storage/bucket:Bucket opendata-files-backups";
const key = "core/v1:Secret opendata-files-key";
const workerKey = "core/v1:Secret opendata-files-worker-key";
const accounts = ["backup", "web", "worker"];

interface PodAccount {
  readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
  readonly automountServiceAccountToken: boolean;
}

const args = (changes: Partial<GcsStorageArgs["server"]> = {}): GcsStorageArgs => ({
  namespace,
  instance: "opendata",
  credentials: credentials(),
  server: {
    kind: "gcs",
    project: "example-prod",
    location: "EUROPE-WEST3",
    bucket: "example-opendata-files",
    backups: { bucket: "example-opendata-backups", days: 90 },
    accounts: "ckan-opendata",
    readers: ["group:statistics@example.org"],
    ...changes,
  },
  siteUrl: "https://data.example.org",
});

const buckets = {
  component: "GcsStorage opendata-files",
  declare: (opts: object, protection?: "disposable" | "retained" | "protected") =>
    new GcsStorage("opendata-files", { ...args(), ...(protection && { protection }) }, opts),
  children: [
    key,
    workerKey,
    uploads,
    backups,
    "gcp:storage/hmacKey:HmacKey opendata-files-key-1",
    "gcp:storage/hmacKey:HmacKey opendata-files-worker-key-1",
    ...accounts.flatMap((part) => [
      `core/v1:ServiceAccount opendata-files-${part}`,
      `gcp:serviceaccount/account:Account opendata-files-${part}`,
    ]),
    "gcp:serviceaccount/iAMMember:IAMMember opendata-files-backup",
    "gcp:storage/bucketIAMMember:BucketIAMMember opendata-files-backup-objectUser",
    "gcp:storage/bucketIAMMember:BucketIAMMember opendata-files-backup-uploads-objectViewer",
    "gcp:storage/bucketIAMMember:BucketIAMMember opendata-files-reader-group:statistics@example.org-objectViewer",
    "gcp:storage/bucketIAMMember:BucketIAMMember opendata-files-web-legacyBucketReader",
    "gcp:storage/bucketIAMMember:BucketIAMMember opendata-files-web-objectUser",
    "gcp:storage/bucketIAMMember:BucketIAMMember opendata-files-worker-legacyBucketReader",
    "gcp:storage/bucketIAMMember:BucketIAMMember opendata-files-worker-objectViewer",
  ],
  durable: [uploads, backups],
  secrets: { [key]: ["access-key", "secret-key"], [workerKey]: ["access-key", "secret-key"] },
};

describeComponent("buckets at Google", buckets);

describe("who may do what", () => {
  const account = (part: string) => `serviceAccount:ckan-opendata-${part}@example-prod.iam.gserviceaccount.com`;

  test("is exactly this: nobody has a role on both buckets but the backup, and nobody may change either", async () => {
    const { resources } = await alone(buckets);
    const granted = resources
      .filter(({ type }) => type.includes("BucketIAMMember"))
      .map(({ inputs: { bucket, role, member } }) => `${bucket} ${role} ${member}`);
    expect(granted.sort()).toEqual([
      `example-opendata-backups roles/storage.objectUser ${account("backup")}`,
      `example-opendata-files roles/storage.legacyBucketReader ${account("web")}`,
      `example-opendata-files roles/storage.legacyBucketReader ${account("worker")}`,
      `example-opendata-files roles/storage.objectUser ${account("web")}`,
      "example-opendata-files roles/storage.objectViewer group:statistics@example.org",
      `example-opendata-files roles/storage.objectViewer ${account("backup")}`,
      `example-opendata-files roles/storage.objectViewer ${account("worker")}`,
    ]);
  });

  test("pods act at Google as the backup's account alone: web and worker are known by their keys", async () => {
    const { resources } = await alone(buckets);
    const own = (part: string) =>
      find(resources, `core/v1:ServiceAccount opendata-files-${part}`).inputs as unknown as PodAccount;
    const email = "ckan-opendata-backup@example-prod.iam.gserviceaccount.com";
    const acting = accounts.map((part) => own(part).metadata.annotations["iam.gke.io/gcp-service-account"]);
    expect(acting).toEqual([email, undefined, undefined]);
    expect(accounts.map((part) => own(part).automountServiceAccountToken)).toEqual([false, false, false]);
    const members = resources.filter(({ type }) => type === "gcp:serviceaccount/iAMMember:IAMMember");
    expect(members.map(({ inputs }) => inputs)).toEqual([
      {
        serviceAccountId: `projects/example-prod/serviceAccounts/${email}`,
        role: "roles/iam.workloadIdentityUser",
        member: `serviceAccount:example-prod.svc.id.goog[${namespace}/opendata-files-backup]`,
      },
    ]);
  });

  test("without a bucket for backups there is no account for them", async () => {
    const { made, resources } = await alone({
      ...buckets,
      declare: (opts: object) => new GcsStorage("opendata-files", args({ backups: undefined }), opts),
    });
    expect(resources.filter(({ name }) => name.includes("backup")).map(title)).toEqual([]);
    expect(made.store.backups).toBeUndefined();
  });
});

test("pods reach Google's APIs where the network has them", async () => {
  const { made } = await alone({
    ...buckets,
    declare: (opts: object) => new GcsStorage("opendata-files", args({ apiNetworks: ["10.30.0.5/32"] }), opts),
  });
  expect(made.store.access).toEqual({
    clientLabels: {},
    destination: { kind: "networks", networks: ["10.30.0.5/32"], port: 443 },
  });
});

describe("the buckets", () => {
  const bucket = (resources: readonly Declared[], wanted: string) => find(resources, wanted).inputs;

  test("are closed to the public, whatever anybody grants, and keep what was deleted", async () => {
    const { resources } = await alone(buckets);
    for (const wanted of [uploads, backups]) {
      expect(bucket(resources, wanted)).toMatchObject({
        project: "example-prod",
        location: "EUROPE-WEST3",
        uniformBucketLevelAccess: true,
        publicAccessPrevention: "enforced",
        forceDestroy: false,
        softDeletePolicy: { retentionDurationSeconds: 604_800 },
      });
    }
  });

  test("uploads have versions for thirty days, and only pages of the site may read them by scripts", async () => {
    const { resources } = await alone(buckets);
    expect(bucket(resources, uploads)).toMatchObject({
      name: "example-opendata-files",
      versioning: { enabled: true },
      lifecycleRules: [
        { action: { type: "Delete" }, condition: { daysSinceNoncurrentTime: 30, withState: "ARCHIVED" } },
        { action: { type: "AbortIncompleteMultipartUpload" }, condition: { age: 1 } },
      ],
      cors: [{ origins: ["https://data.example.org"], methods: ["GET", "HEAD"] }],
    });
  });

  test("backups go after the days that the stack file says", async () => {
    const { resources } = await alone(buckets);
    expect(bucket(resources, backups)["lifecycleRules"]).toEqual([
      { action: { type: "Delete" }, condition: { age: 90, withState: "ANY" } },
      { action: { type: "AbortIncompleteMultipartUpload" }, condition: { age: 1 } },
    ]);
  });

  test("go with everything in them only where data is disposable", async () => {
    const { resources } = await alone(buckets, "disposable");
    expect([uploads, backups].map((wanted) => bucket(resources, wanted)["forceDestroy"])).toEqual([true, true]);
  });
});

test("hands on Google's S3 endpoint with a key of web's account, and of another that only reads", async () => {
  const { made, resources } = await alone(buckets);
  const { accessKey, secretKey, readerKey, ...store } = await settled(made.store);
  expect(store).toEqual({
    protocol: "https",
    host: "storage.googleapis.com",
    port: 443,
    region: "auto",
    bucket: "example-opendata-files",
    reachableByBrowsers: true,
    serviceAccounts: { web: "opendata-files-web", worker: "opendata-files-worker" },
    readers: ["group:statistics@example.org"],
    backups: {
      bucket: "example-opendata-backups",
      serviceAccount: "ckan-opendata-backup@example-prod.iam.gserviceaccount.com",
    },
    access: {
      clientLabels: {},
      destination: {
        kind: "networks",
        networks: ["0.0.0.0/0"],
        except: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"],
        port: 443,
      },
    },
  });
  expect([accessKey, secretKey]).toEqual([
    { secretName: "opendata-files-key", key: "access-key" },
    { secretName: "opendata-files-key", key: "secret-key" },
  ]);
  expect(readerKey).toEqual({
    accessKey: { secretName: "opendata-files-worker-key", key: "access-key" },
    secretKey: { secretName: "opendata-files-worker-key", key: "secret-key" },
  });
  const keyOf = (name: string) => find(resources, `gcp:storage/hmacKey:HmacKey opendata-files-${name}`).inputs;
  expect([keyOf("key-1"), keyOf("worker-key-1")]).toEqual(
    ["web", "worker"].map((part) => ({
      project: "example-prod",
      serviceAccountEmail: `ckan-opendata-${part}@example-prod.iam.gserviceaccount.com`,
    })),
  );
});
