/**
 * Questions to Google, against its APIs on loopback. Shapes of answers: cloud.google.com/service-usage/docs/reference/rest/v1/services
 * and services/batchGet, cloud.google.com/resource-manager/reference/rest/v1/projects/testIamPermissions, and the references of
 * Cloud Storage (buckets) and Compute Engine (networks, addresses); of refusals, by the public report beside each.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { askGoogle, type GoogleOptions } from "../../preflight/clouds/google.ts";
import { googleNeedsOf } from "../../preflight/clouds/google-needs.ts";
import { requirements } from "../../preflight/clouds/google-permissions.ts";
import { googleToken } from "../../preflight/clouds/google-token.ts";
import { met, missing, notKnown, type Row } from "../../preflight/row.ts";
import { synthesizeStack } from "../../render/stack.ts";
import type { Declared } from "../../render/synthesize.ts";
import { Peer, type Reply, token, withoutToken } from "./peer.ts";

let prod: readonly Declared[];
let staging: readonly Declared[];
let peer: Peer;
beforeAll(async () => {
  prod = await synthesizeStack("prod");
  staging = await synthesizeStack("staging");
});
beforeEach(async () => {
  peer = new Peer();
  await peer.start();
  for (const [line, body] of Object.entries(answers())) peer.replies.set(line, [200, body]);
});
afterEach(async () => {
  await peer.stop();
  vi.unstubAllEnvs();
});

const apis = ["iam", "servicenetworking", "sqladmin", "storage"].map((name) => `${name}.googleapis.com`);
const services =
  "GET /usage/projects/example-prod/services:batchGet?" +
  apis.map((api) => `names=projects/example-prod/services/${api}`).join("&");
const permissions = "POST /manager/projects/example-prod:testIamPermissions";
const bucket = (name: string) => `GET /storage/b/${name}?fields=projectNumber`;
const files = bucket("example-prod-opendata-files");
const backups = bucket("example-prod-opendata-backups");
const network = "GET /compute/projects/example-prod/global/networks/default";
const regional = "GET /compute/projects/example-cluster/regions/europe-west3";
const address = `${regional}/addresses/data-example-org`;
const sslPolicy = `${regional}/sslPolicies/tls-1-2`;
const armorPolicy = `${regional}/securityPolicies/only-cloudflare`;
const number = "123456789012";

function service(api: string, state = "ENABLED") {
  return { name: `projects/${number}/services/${api}`, parent: `projects/${number}`, config: { name: api }, state };
}

function needsOfProd() {
  const [need] = googleNeedsOf(prod).projects;
  return need?.permissions ?? [];
}

/** Body of each question that is answered. */
const answers = (): Readonly<Record<string, unknown>> => ({
  [services]: { services: apis.map((api) => service(api)) },
  [permissions]: { permissions: needsOfProd() },
  [files]: { projectNumber: number },
  [network]: {
    kind: "compute#network",
    name: "default",
    peerings: [
      { name: "gke-n1234", state: "ACTIVE" },
      { name: "servicenetworking-googleapis-com", state: "ACTIVE", stateDetails: "[2026-01-01]: Connected." },
    ],
  },
  [address]: { kind: "compute#address", name: "data-example-org", address: "203.0.113.10", status: "RESERVED" },
  [sslPolicy]: { kind: "compute#sslPolicy", name: "tls-1-2", minTlsVersion: "TLS_1_2" },
  [armorPolicy]: { kind: "compute#securityPolicy", name: "only-cloudflare" },
});

/** google.rpc.Status as JSON. */
function refusal(code: number, status: string, message: string, reason?: string): Reply {
  const details = reason === undefined ? [] : [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason }];
  return [code, { error: { code, message, status, details } }];
}

/** As Cloud Storage and Compute Engine refuse. */
function oldRefusal(code: number, reason: string, message: string): Reply {
  return [code, { error: { code, message, errors: [{ message, domain: "global", reason }] } }];
}

const noBucket = oldRefusal(404, "notFound", "The specified bucket does not exist.");
/** ansible-collections/google.cloud#575. */
const closed =
  "me@example.org does not have storage.buckets.get access to the Google Cloud Storage bucket. " +
  "Permission 'storage.buckets.get' denied on resource (or it may not exist).";
const closedBucket = oldRefusal(403, "forbidden", closed);
/** skyplane-project/skyplane#683. */
const noResource = (path: string) => oldRefusal(404, "notFound", `The resource 'projects/${path}' was not found`);

function askFor(declared: readonly Declared[], options: Partial<GoogleOptions> = {}): Promise<readonly Row[]> {
  if (!peer.replies.has(backups)) peer.replies.set(backups, noBucket);
  const { url } = peer;
  const urls = {
    serviceUsage: `${url}/usage`,
    resourceManager: `${url}/manager`,
    storage: `${url}/storage`,
    compute: `${url}/compute`,
  };
  const cluster = { clusterProject: "example-cluster", region: "europe-west3" };
  return askGoogle(declared, { token, urls, pause: 1, ...cluster, ...options }).then(withoutToken);
}

const binding = "gcloud projects add-iam-policy-binding example-prod --member <caller> --role <role>";
const login =
  "gcloud auth application-default login, or name a key's file in GOOGLE_APPLICATION_CREDENTIALS, or set GOOGLE_OAUTH_ACCESS_TOKEN";
const need = {
  apis: "APIs of example-prod",
  permissions: "permissions in example-prod",
  network: "network default of example-prod, open to Cloud SQL",
  backups: "bucket example-prod-opendata-backups",
  files: "bucket example-prod-opendata-files",
  armorPolicy: "Cloud Armor policy only-cloudflare (europe-west3, example-cluster)",
  sslPolicy: "SSL policy tls-1-2 (europe-west3, example-cluster)",
  address: "address data-example-org (europe-west3, example-cluster)",
} as const;
const fine = {
  apis: met(need.apis, apis.join(", ")),
  permissions: met(need.permissions, "all 21"),
  network: met(need.network, "peered with Google's services"),
  backups: met(need.backups, "the name is free"),
  files: met(need.files, "there, in example-prod: fine if this stack made it, otherwise an up ends with 409"),
  armorPolicy: met(need.armorPolicy, "there"),
  sslPolicy: met(need.sslPolicy, "there"),
  address: met(need.address, "there: 203.0.113.10"),
};
/** Every row of prod, with other ones in their places. */
const rowsOfProd = (other: Partial<typeof fine> = {}) => Object.values({ ...fine, ...other });

describe("What a stack needs", () => {
  test("is known for every resource of the committed stacks", () => {
    const types = [...prod, ...staging].map(({ type }) => type).filter((type) => type.startsWith("gcp:"));
    expect(types.filter((type) => requirements[type] === undefined)).toEqual([]);
  });

  test("of permissions has those to delete for what an up may delete alone", () => {
    expect(needsOfProd().filter((one) => one.endsWith("delete"))).toEqual([
      "iam.serviceAccounts.delete",
      "storage.hmacKeys.delete",
    ]);
    const unprotected = prod.map((one) => ({ ...one, protect: false, retainOnDelete: false }));
    expect(googleNeedsOf(unprotected).projects[0]?.permissions.filter((one) => one.endsWith("delete"))).toEqual([
      "cloudsql.instances.delete",
      "iam.serviceAccounts.delete",
      "storage.buckets.delete",
      "storage.hmacKeys.delete",
      "storage.objects.delete",
    ]);
  });
});

describe("A stack whose needs are met", () => {
  test("has rows for its project, network, buckets and what its Gateway names, each asked for once", async () => {
    expect(await askFor(prod)).toEqual(rowsOfProd());
    const lines = [services, permissions, network, backups, files, armorPolicy, sslPolicy, address];
    expect(peer.asked.map(({ line }) => line).sort()).toEqual([...lines].sort());
    expect(peer.asked.filter(({ body }) => body !== undefined)).toEqual([
      { line: permissions, body: { permissions: needsOfProd() }, quotaProject: undefined },
    ]);
  });

  test("is asked for nothing where it has nothing at Google, with or without a token", async () => {
    const dev = await synthesizeStack("dev");
    expect([await askFor(dev), await askFor(dev, { token: undefined })]).toEqual([[], []]);
    expect(peer.asked).toEqual([]);
  });

  test("has what it names looked for in the whole world where its class is global", async () => {
    const global = prod.map((one) =>
      one.type.endsWith(":Gateway")
        ? {
            ...one,
            inputs: { ...one.inputs, spec: { ...Object(one.inputs["spec"]), gatewayClassName: "gke-l7-gxlb" } },
          }
        : one,
    );
    const everywhere = "GET /compute/projects/example-cluster/global";
    for (const line of ["addresses/data-example-org", "sslPolicies/tls-1-2", "securityPolicies/only-cloudflare"]) {
      peer.replies.set(`${everywhere}/${line}`, [200, { name: line }]);
    }
    expect((await askFor(global, { region: undefined })).slice(-3)).toEqual([
      met("Cloud Armor policy only-cloudflare (global, example-cluster)", "there"),
      met("SSL policy tls-1-2 (global, example-cluster)", "there"),
      met("address data-example-org (global, example-cluster)", "there"),
    ]);
  });
});

describe("A project", () => {
  test("whose APIs are not enabled gets the command that enables them", async () => {
    const some = apis.map((api) => service(api, /sqladmin|iam/.test(api) ? "DISABLED" : "ENABLED"));
    peer.replies.set(services, [200, { services: some }]);
    const off = ["iam.googleapis.com", "sqladmin.googleapis.com"];
    const row = missing(
      need.apis,
      `not enabled: ${off.join(", ")}`,
      `gcloud services enable ${off.join(" ")} --project example-prod`,
    );
    expect(await askFor(prod)).toEqual(rowsOfProd({ apis: row }));
  });

  test("whose APIs the caller may not see is not known, nor whose a bucket is", async () => {
    const message = "Permission denied to get service [storage.googleapis.com]";
    peer.replies.set(services, refusal(403, "PERMISSION_DENIED", message, "AUTH_PERMISSION_DENIED"));
    const look = "see for yourself: gcloud services list --enabled --project example-prod";
    const whose = 'gcloud projects describe example-prod --format "value(projectNumber)"';
    expect(await askFor(prod)).toEqual(
      rowsOfProd({
        apis: notKnown(need.apis, `${message} (PERMISSION_DENIED)`, look),
        files: notKnown(need.files, `taken by the project ${number}`, `see whether that is example-prod: ${whose}`),
      }),
    );
  });

  test("in which the caller lacks permissions names them, and roles that have them", async () => {
    const lacking = ["iam.serviceAccounts.setIamPolicy", "storage.hmacKeys.create"];
    const had = needsOfProd().filter((one) => !lacking.includes(one));
    peer.replies.set(permissions, [200, { permissions: had }]);
    const roles = "roles/iam.serviceAccountAdmin, roles/storage.hmacKeyAdmin";
    const remedy = `give the caller ${roles}, or a role with ${lacking.join(", ")} alone: ${binding}`;
    const row = missing(need.permissions, `lacks ${lacking.length} of 21 in all of it`, remedy);
    expect(await askFor(prod)).toEqual(rowsOfProd({ permissions: row }));
  });

  test("in which the caller may do nothing is answered with an empty object", async () => {
    peer.replies.set(permissions, [200, {}]);
    expect((await askFor(prod))[1]).toMatchObject({
      finding: "MISSING",
      seen: "lacks 21 of 21 in all of it",
      remedy: expect.stringContaining(`or a role with ${needsOfProd().join(", ")} alone: ${binding}`),
    });
  });

  test("that the caller does not see is missing", async () => {
    peer.replies.set(permissions, refusal(403, "PERMISSION_DENIED", "The caller does not have permission"));
    const remedy = `correct the project's id, or give the caller a role there: ${binding}`;
    const row = missing(need.permissions, "The caller does not have permission (PERMISSION_DENIED)", remedy);
    expect(await askFor(prod)).toEqual(rowsOfProd({ permissions: row }));
  });

  test("without the API that is asked leaves its permissions not known", async () => {
    // marekaf/gcr-lifecycle-policy#5.
    const message = "Cloud Resource Manager API has not been used in project 1 before or it is disabled.";
    peer.replies.set(permissions, refusal(403, "PERMISSION_DENIED", message, "SERVICE_DISABLED"));
    const remedy = "gcloud services enable cloudresourcemanager.googleapis.com --project example-prod";
    const row = notKnown(need.permissions, `${message} (PERMISSION_DENIED)`, remedy);
    expect(await askFor(prod)).toEqual(rowsOfProd({ permissions: row }));
  });

  test("pays for questions with a person's credentials where an API wants that", async () => {
    // GoogleCloudPlatform/dlp-pdf-redaction#25, google-github-actions/auth#250.
    const message =
      "Your application is authenticating by using local Application Default Credentials. The serviceusage.googleapis.com API " +
      "requires a quota project, which is not set by default.";
    peer.unpaid = refusal(403, "PERMISSION_DENIED", message, "SERVICE_DISABLED");
    expect(await askFor(prod)).toEqual(rowsOfProd());
    const payers = new Map(peer.asked.map(({ line, quotaProject }) => [line, quotaProject]));
    expect([payers.get(services), payers.get(address)]).toEqual(["example-prod", "example-cluster"]);

    const denied = "Caller does not have required permission to use project example-prod.";
    peer.replies.set(
      permissions,
      refusal(403, "PERMISSION_DENIED", denied.replace("use ", "use\n"), "USER_PROJECT_DENIED"),
    );
    const remedy = "get the role roles/serviceusage.serviceUsageConsumer in example-prod";
    const row = notKnown(need.permissions, `${denied} (PERMISSION_DENIED)`, remedy);
    expect(await askFor(prod)).toEqual(rowsOfProd({ permissions: row }));
  });
});

describe("A bucket", () => {
  const other = "names of buckets are taken in the whole world: write another one in the stack file";

  test("that another project has, seen or not, needs another name", async () => {
    peer.replies.set(files, [200, { projectNumber: "999" }]);
    peer.replies.set(backups, closedBucket);
    expect(await askFor(prod)).toEqual(
      rowsOfProd({
        files: missing(need.files, "taken, by the project 999", other),
        backups: missing(need.backups, `taken, outside example-prod: ${closed} (403)`, other),
      }),
    );
  });

  test("that is closed may be the project's own where the caller may not read those", async () => {
    // substratusai/runbooks#31.
    peer.replies.set(files, closedBucket);
    peer.replies.set(permissions, [200, { permissions: needsOfProd().filter((one) => one !== "storage.buckets.get") }]);
    const remedy = `ask with storage.buckets.get in example-prod; if it is not a bucket there, ${other}`;
    expect(await askFor(prod)).toContainEqual(notKnown(need.files, `${closed} (403)`, remedy));
  });

  describe("that a stack names and does not make", () => {
    const named = "bucket dumps, not made by this stack";
    const remedy = "make it, or write the name of one that is there: gcloud storage buckets describe gs://dumps";
    const rowFor = async (reply: Reply) => {
      const reader = prod.filter(({ name }) => name === "opendata-files-web-objectUser");
      const imports = reader.map((one) => ({ ...one, inputs: { ...one.inputs, bucket: "dumps" } }));
      peer.replies.set(bucket("dumps"), reply);
      return askFor(imports);
    };

    test("has to be there", async () => {
      expect(await rowFor([200, { projectNumber: "999" }])).toEqual([met(named, "there")]);
      expect(await rowFor(noBucket)).toEqual([missing(named, "The specified bucket does not exist. (404)", remedy)]);
      expect(await rowFor(closedBucket)).toEqual([notKnown(named, `${closed} (403)`, remedy)]);
    });
  });
});

describe("A network of Cloud SQL", () => {
  const make =
    "gcloud compute addresses create google-managed-services-default --global --purpose VPC_PEERING --prefix-length 16 " +
    "--network default --project example-prod && gcloud services vpc-peerings connect --service " +
    "servicenetworking.googleapis.com --ranges google-managed-services-default --network default --project example-prod";

  test.each([
    ["without any peering", {}, "has no peering servicenetworking-googleapis-com"],
    [
      "with others' peerings",
      { peerings: [{ name: "gke-n1234", state: "ACTIVE" }] },
      "has no peering servicenetworking-googleapis-com",
    ],
    [
      "whose peering was ended",
      { peerings: [{ name: "servicenetworking-googleapis-com", state: "INACTIVE" }] },
      "its peering servicenetworking-googleapis-com is INACTIVE",
    ],
  ])("%s gets the commands that make it", async (_, body, seen) => {
    peer.replies.set(network, [200, { kind: "compute#network", name: "default", ...body }]);
    expect(await askFor(prod)).toEqual(rowsOfProd({ network: missing(need.network, seen, make) }));
  });

  test("that is not there is missing; that is closed to the caller is not known", async () => {
    peer.replies.set(network, noResource("example-prod/global/networks/default"));
    const seen = "The resource 'projects/example-prod/global/networks/default' was not found (404)";
    const correct = "correct privateNetwork, or: gcloud compute networks create default --project example-prod";
    expect(await askFor(prod)).toEqual(rowsOfProd({ network: missing(need.network, seen, correct) }));
    const message = "Required 'compute.networks.get' permission for 'projects/example-prod/global/networks/default'";
    peer.replies.set(network, oldRefusal(403, "forbidden", message));
    const look = "see for yourself: gcloud services vpc-peerings list --network default --project example-prod";
    const row = notKnown(need.network, `${message} (403)`, look);
    expect(await askFor(prod)).toEqual(rowsOfProd({ network: row }));
  });

  test("has to have the range that a server names", async () => {
    const ranged = prod.map((one) => {
      const settings = one.inputs["settings"] as { ipConfiguration: object } | undefined;
      if (one.type !== "gcp:sql/databaseInstance:DatabaseInstance" || settings === undefined) return one;
      const ipConfiguration = { ...settings.ipConfiguration, allocatedIpRange: "for-sql" };
      return { ...one, inputs: { ...one.inputs, settings: { ...settings, ipConfiguration } } };
    });
    const path = "example-prod/global/addresses/for-sql";
    peer.replies.set(`GET /compute/projects/${path}`, noResource(path));
    const remedy =
      "gcloud compute addresses create for-sql --purpose VPC_PEERING --prefix-length 16 --network <network> --global " +
      "--project example-prod";
    expect(await askFor(ranged)).toContainEqual(
      missing(
        "allocated range for-sql (global, example-prod)",
        `The resource 'projects/${path}' was not found (404)`,
        remedy,
      ),
    );
  });
});

describe("What a Gateway names", () => {
  const where = "--region europe-west3 --project example-cluster";
  const notSaid = "not said in which project and region the cluster is, or the Gateway's class";

  test("gets the command that makes it where it is not there", async () => {
    const path = (line: string) => line.replace("GET /compute/projects/", "");
    for (const line of [address, sslPolicy, armorPolicy]) peer.replies.set(line, noResource(path(line)));
    const row = (name: string, line: string, command: string) =>
      missing(name, `The resource 'projects/${path(line)}' was not found (404)`, `gcloud compute ${command} ${where}`);
    expect(await askFor(prod)).toEqual(
      rowsOfProd({
        armorPolicy: row(need.armorPolicy, armorPolicy, "security-policies create only-cloudflare"),
        sslPolicy: row(need.sslPolicy, sslPolicy, "ssl-policies create tls-1-2 --profile MODERN --min-tls-version 1.2"),
        address: row(need.address, address, "addresses create data-example-org"),
      }),
    );
  });

  test("that the caller may not see is not known, and has a command to look", async () => {
    const message = "Required 'compute.addresses.get' permission";
    peer.replies.set(address, oldRefusal(403, "forbidden", message));
    const look = `see for yourself: gcloud compute addresses describe data-example-org ${where}`;
    expect(await askFor(prod)).toEqual(rowsOfProd({ address: notKnown(need.address, `${message} (403)`, look) }));
  });

  test("is not known where nobody says where the cluster is", async () => {
    const anywhere = "--region <its region> --project <project of the cluster>";
    const commands = [
      `gcloud compute security-policies describe only-cloudflare ${anywhere}`,
      `gcloud compute ssl-policies describe tls-1-2 ${anywhere}`,
      `gcloud compute addresses describe data-example-org ${anywhere}`,
    ];
    const parts = "Cloud Armor policy only-cloudflare, SSL policy tls-1-2, address data-example-org";
    const seen = `${parts}: ${notSaid}`;
    expect((await askFor(prod, { clusterProject: undefined, region: undefined })).slice(5)).toEqual([
      notKnown("what Gateways name", seen, `see for yourself: ${commands.join("; ")}`),
    ]);
  });

  test("is not known for a Gateway that somebody else made, whose class the stack does not register", async () => {
    const shared = prod.filter(({ type }) => !/:(Gateway|GCPGatewayPolicy)$/.test(type));
    const look = `see for yourself: gcloud compute security-policies describe only-cloudflare ${where}`;
    expect((await askFor(shared)).at(-1)).toEqual(
      notKnown("what Gateways name", `Cloud Armor policy only-cloudflare: ${notSaid}`, look),
    );
  });
});

describe("Credentials", () => {
  test("that are not there are said to be missing, and nobody is asked", async () => {
    const row = notKnown("credentials for Google", "there are none", login);
    expect(await askFor(prod, { token: undefined })).toEqual([row]);
    expect(await askFor(prod, { token: "" })).toEqual([row]);
    expect(peer.asked).toEqual([]);
  });

  test("that are refused are the one row", async () => {
    // googleapis/google-api-php-client#1391.
    const message = "Request had invalid authentication credentials. Expected OAuth 2 access token.";
    peer.replies.clear();
    peer.replies.set(backups, refusal(401, "UNAUTHENTICATED", message));
    peer.others = refusal(401, "UNAUTHENTICATED", message, "ACCESS_TOKEN_EXPIRED");
    expect(await askFor(prod)).toEqual([missing("credentials for Google", `${message} (UNAUTHENTICATED)`, login)]);
  });

  test("are taken from the environment first", async () => {
    vi.stubEnv("GOOGLE_OAUTH_ACCESS_TOKEN", ` ${token}\n`);
    vi.stubEnv("PATH", "");
    expect(await googleToken()).toEqual({ token });
  });

  describe("that gcloud has to give", () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "gcloud-"));
      for (const name of ["GOOGLE_OAUTH_ACCESS_TOKEN", "GOOGLE_CREDENTIALS", "GOOGLE_APPLICATION_CREDENTIALS"]) {
        vi.stubEnv(name, "");
      }
      vi.stubEnv("PATH", `${folder}`);
    });
    afterEach(() => rmSync(folder, { recursive: true }));
    const gcloud = (script: string) => writeFileSync(join(folder, "gcloud"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });

    test("are asked of it where somebody has logged in", async () => {
      const wanted = "auth application-default print-access-token";
      gcloud(`[ "$*" = "${wanted}" ] && [ "$CLOUDSDK_CORE_DISABLE_PROMPTS" = 1 ] && echo ${token}`);
      expect(await googleToken()).toEqual({ token });
    });

    test("are not there without it, and what it would read is named", async () => {
      const why = "there are none: GOOGLE_OAUTH_ACCESS_TOKEN is not set, and there is no gcloud";
      expect(await googleToken()).toEqual({ why });
      vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", "/run/key.json");
      expect(await googleToken()).toEqual({
        why: `${why}, which would make a token of GOOGLE_APPLICATION_CREDENTIALS`,
      });
    });

    test("come with its last words where it gives none", async () => {
      gcloud("echo 'ERROR: first' >&2; echo 'Reauthentication is needed. Please run: gcloud auth login' >&2; exit 1");
      const why = "gcloud gives no token: Reauthentication is needed. Please run: gcloud auth login";
      expect(await googleToken()).toEqual({ why });
      vi.stubEnv("GOOGLE_CREDENTIALS", "{}");
      expect(await googleToken()).toEqual({ why: `${why}; gcloud does not read GOOGLE_CREDENTIALS` });
      const rows = await askFor(prod, { token: undefined, why });
      expect(rows).toEqual([notKnown("credentials for Google", why, login)]);
    });

    test("are not waited for for ever", async () => {
      gcloud("while :; do :; done");
      expect(await googleToken(500)).toEqual({ why: "gcloud gives no token: gcloud did not end within 0.5 s" });
    });
  });
});

/** 200, and nothing that the API would say. */
const noAnswers: readonly (readonly [status: number, body: unknown])[] = [
  [200, "<html>Log in to the network</html>"],
  [200, '{"services": ['],
  [200, "null"],
  [200, []],
  [200, '"text"'],
];

describe("An API", () => {
  /** Rows of what three APIs should have said. */
  const unheard = (why: string) => [
    notKnown(
      need.apis,
      `${peer.url}/usage ${why}`,
      "see for yourself: gcloud services list --enabled --project example-prod",
    ),
    fine.permissions,
    notKnown(
      need.network,
      `${peer.url}/compute ${why}`,
      "see for yourself: gcloud services vpc-peerings list --network default --project example-prod",
    ),
    notKnown(need.backups, `${peer.url}/storage ${why}`, "run it again once the API can be reached"),
  ];
  const rowsWhere = async (reply: Reply) => {
    for (const line of [services, network, backups]) peer.replies.set(line, reply);
    // A busy machine may need longer for an answer that comes.
    return (await askFor(prod, reply === "hang" ? { timeout: 100 } : {})).slice(0, 4);
  };

  test("that is broken once is asked again", async () => {
    peer.troubles.push(oldRefusal(503, "backendError", "Backend Error"), "close");
    expect(await askFor(prod)).toEqual(rowsOfProd());
  });

  test("that is broken leaves what it should say not known", async () => {
    expect(await rowsWhere(oldRefusal(503, "backendError", "Backend Error"))).toEqual(unheard("answered 503"));
    expect(await rowsWhere("close")).toEqual(unheard("is not to be reached (UND_ERR_SOCKET)"));
  });

  test("that is slow is waited for no longer than the time-out", async () => {
    const begin = performance.now();
    expect(await rowsWhere("hang")).toEqual(unheard("did not answer within 0.1 s"));
    expect(performance.now() - begin).toBeLessThan(900);
  });

  test.each(noAnswers)("that answers %i with %j has said nothing", async (status, body) => {
    expect(await rowsWhere([status, body])).toEqual(unheard("answered 200 without a JSON object"));
  });

  test("that answers with an empty object has said nothing of APIs, networks and buckets", async () => {
    const findings = (await rowsWhere([200, {}])).map(({ need: about, finding, seen }) => [about, finding, seen]);
    expect(findings).toEqual([
      [need.apis, "not known", "answered 200"],
      [need.permissions, "ok", "all 21"],
      [need.network, "not known", "answered 200"],
      [need.backups, "not known", "answered 200"],
    ]);
  });

  test("that leads elsewhere is not followed, and the row says where to", async () => {
    peer.location = "https://login.example.org/?next=1";
    expect(await rowsWhere([302, ""])).toEqual(
      unheard("answered 302: it leads to login.example.org, where nobody here follows"),
    );
  });
});
