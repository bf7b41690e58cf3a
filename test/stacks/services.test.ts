/** What the committed stacks ask of services outside the cluster, and of operators inside it. */
import { describe, expect, test } from "vitest";
import type { Declared } from "../../render/synthesize.ts";
import { objectsOf, workloads } from "../support/objects.ts";
import { declaredBy, dependencies, find } from "../support/program.ts";
import { committed, environments } from "../support/stacks.ts";

interface Files {
  readonly project: string;
  readonly bucket: string;
  readonly accounts: string;
  readonly backups?: { readonly bucket: string };
  readonly readers?: readonly string[];
}

const known: (readonly [string, readonly Declared[]])[] = [];
for (const [name, declare] of Object.entries(environments)) known.push([name, await declare()]);

/** The only roles that any stack grants at Google, each with what it is for. */
const roles: Readonly<Record<string, string>> = {
  "roles/cloudsql.client": "the Auth Proxy connects to the one server of its condition",
  "roles/iam.workloadIdentityUser": "pods of one Kubernetes service account act as one account",
  "roles/storage.legacyBucketReader": "an S3 client asks whether its bucket is there",
  "roles/storage.objectUser": "web works with uploads, the backup with backups",
  "roles/storage.objectViewer": "worker, backup, imports and named readers read",
};

/** Kinds whose operator reports nothing that could be waited for; GKE reports in another place with each version. */
const reportNothing = [
  "GCPBackendPolicy",
  "GCPGatewayPolicy",
  "HealthCheckPolicy",
  "ObjectStore",
  "PodMonitor",
  "ScheduledBackup",
  "TriggerAuthentication",
];

describe.each(["staging", "prod"] as const)("%s", (stack) => {
  const file = committed(stack);
  const { files } = file["ckan:defaults"] as { files: Files };
  const declared = async () => declaredBy(file, stack);

  test("gives each bucket exactly the principals that its stack file names", async () => {
    const account = (part: string) =>
      `serviceAccount:${files.accounts}-${part}@${files.project}.iam.gserviceaccount.com`;
    const backups = files.backups?.bucket;
    const granted = (await declared())
      .filter(({ type }) => type.includes("BucketIAMMember"))
      .map(({ inputs: { bucket, role, member } }) => `${bucket}: ${member} ${role}`);
    expect(granted.sort()).toEqual(
      [
        `${files.bucket}: ${account("web")} roles/storage.legacyBucketReader`,
        `${files.bucket}: ${account("web")} roles/storage.objectUser`,
        `${files.bucket}: ${account("worker")} roles/storage.legacyBucketReader`,
        `${files.bucket}: ${account("worker")} roles/storage.objectViewer`,
        ...(files.readers ?? []).map((reader) => `${files.bucket}: ${reader} roles/storage.objectViewer`),
        ...(backups === undefined
          ? []
          : [
              `${backups}: ${account("backup")} roles/storage.objectUser`,
              `${files.bucket}: ${account("backup")} roles/storage.objectViewer`,
            ]),
      ].sort(),
    );
  });

  test("gives the key that may write files to the pods of web alone", async () => {
    const pods = workloads(objectsOf(await declared()));
    const holding = pods.filter(({ pod }) => JSON.stringify(pod).includes('"name":"opendata-files-key"'));
    expect(holding.map(({ labels }) => labels["app.kubernetes.io/component"])).toEqual(["web"]);
  });

  test("has names in its zone only for hosts of its instances, their redirects and what the file lists", async () => {
    const instances = Object.values(file["ckan:instances"] as Record<string, Site>);
    const zone = file["ckan:cloudflare"] as { records?: readonly { name: string }[] };
    const wanted = [
      ...instances.flatMap(({ host, dns }) => [host, ...(dns.redirects ?? []), dns.editorsHost ?? []].flat()),
      ...(zone.records ?? []).map(({ name }) => name),
    ];
    const names = (await declared())
      .filter(({ type }) => type === "cloudflare:index/dnsRecord:DnsRecord")
      .map(({ inputs }) => String(inputs["name"]));
    expect(names.sort()).toEqual(wanted.sort());
  });

  test("leads a name to its Gateway as soon as that has an address, and neither waits for the certificate", async () => {
    const resources = await declared();
    const before = (wanted: string): readonly string[] => {
      const nearest = dependencies(find(resources, wanted));
      return [...nearest, ...nearest.flatMap(before)];
    };
    const name = before("cloudflare:index/dnsRecord:DnsRecord opendata");
    expect(name).toContain("gateway.networking.k8s.io/v1:Gateway opendata-exposure");
    expect(name.filter((waited) => waited.includes("Certificate"))).toEqual([]);
  });

  test("owns exactly the rulesets that its file lists", async () => {
    const { rulesets = [] } = file["ckan:cloudflare"] as { rulesets?: readonly string[] };
    const owned = (await declared()).filter(({ type }) => type === "cloudflare:index/ruleset:Ruleset");
    expect(owned.map(({ name }) => name).sort()).toEqual([...rulesets].sort());
  });
});

test("no two stacks set how a zone speaks TLS", () => {
  const managed = (["staging", "prod"] as const).filter(
    (stack) => (committed(stack)["ckan:cloudflare"] as { zoneSettings?: string }).zoneSettings === "managed",
  );
  expect(managed).toEqual(["prod"]);
});

test("no two stacks own a ruleset of one zone", () => {
  const owned = (["staging", "prod"] as const).flatMap((stack) => {
    const { zone, rulesets = [] } = committed(stack)["ckan:cloudflare"] as { zone: string; rulesets?: string[] };
    return rulesets.map((ruleset) => `${zone} ${ruleset}`);
  });
  expect(new Set(owned).size).toBe(owned.length);
});

describe.each(known)("%s", (_name, resources) => {
  test("no role is wider than named here", () => {
    const granted = resources
      .filter(({ type }) => type.includes("IAMMember"))
      .map(({ inputs }) => String(inputs["role"]));
    expect(granted.filter((role) => !(role in roles))).toEqual([]);
  });

  test("every name that Cloudflare stands in front of has a certificate there: Universal SSL reaches one label below the zone", () => {
    const ofType = (type: string) => resources.filter((one) => one.type === `cloudflare:index/${type}`);
    if (ofType("totalTls:TotalTls").length > 0) return;
    const names = ofType("dnsRecord:DnsRecord").flatMap(({ inputs: { proxied, name } }) =>
      proxied ? [String(name)] : [],
    );
    expect(names.filter((name) => name.split(".").length > "example.org".split(".").length + 1)).toEqual([]);
  });

  test("each custom resource is waited for, or its operator reports nothing", () => {
    const wrong = resources
      .filter(({ custom, type }) => custom && /^kubernetes:[^/]*\.[^/]*\//.test(type) && !type.includes("k8s.io"))
      .filter(({ type, inputs }) => {
        const { annotations = {} } = inputs["metadata"] as { annotations?: Record<string, string> };
        const awaited = "pulumi.com/waitFor" in annotations;
        return awaited === reportNothing.includes(type.split(":").at(-1) ?? "");
      });
    expect(wrong.map(({ type, name }) => `${type} ${name}`)).toEqual([]);
  });

  test("no bucket is open, and no server of Google's is reached without TLS or by everybody", () => {
    const buckets = resources.filter(({ type }) => type === "gcp:storage/bucket:Bucket").map(({ inputs }) => inputs);
    const open = buckets.filter(
      ({ uniformBucketLevelAccess, publicAccessPrevention }) =>
        uniformBucketLevelAccess !== true || publicAccessPrevention !== "enforced",
    );
    const servers = resources
      .filter(({ type }) => type === "gcp:sql/databaseInstance:DatabaseInstance")
      .map(({ inputs }) => (inputs["settings"] as { ipConfiguration: Record<string, unknown> }).ipConfiguration);
    const wide = servers.filter(
      ({ sslMode, authorizedNetworks }) =>
        sslMode !== "ENCRYPTED_ONLY" || JSON.stringify(authorizedNetworks).includes("0.0.0.0/0"),
    );
    expect([open, wide]).toEqual([[], []]);
  });
});

interface Site {
  readonly host: string;
  readonly dns: { readonly redirects?: readonly string[]; readonly editorsHost?: string };
}
