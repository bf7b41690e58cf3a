/** The played API refuses and completes what Google's does, as far as that is known: the engine tests believe it. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Properties } from "./calls.ts";
import { type PlayedGoogle, playGoogle } from "./server.ts";

const project = "example-prod";
const servers = `/sql/v1beta4/projects/${project}/instances`;
const server = `${servers}/ckan`;
const buckets = "/storage/v1/b";
const bucket = `${buckets}/files`;
const keys = `/storage/v1/projects/${project}/hmacKeys`;
const accounts = `/iam/v1/projects/${project}/serviceAccounts`;
const web = `web@${project}.iam.gserviceaccount.com`;

let google: PlayedGoogle;

beforeAll(async () => {
  google = await playGoogle([project]);
  await succeed("POST", accounts, { accountId: "web", serviceAccount: { displayName: "Web" } });
  const iamConfiguration = { publicAccessPrevention: "enforced" };
  await succeed("POST", `${buckets}?project=${project}`, { name: "files", location: "europe-west3", iamConfiguration });
});

afterAll(() => google.stop());

describe("a server", () => {
  const settings = {
    tier: "db-custom-2-7680",
    edition: "ENTERPRISE",
    dataDiskSizeGb: "20",
    ipConfiguration: { privateNetwork: "projects/example-prod/global/networks/default" },
  };
  const current = async () => (await succeed("GET", server))["settings"] as Properties;

  test("is there at once, with a private address and Google's own user", async () => {
    expect(await succeed("POST", servers, { name: "ckan", region: "europe-west3", settings })).toMatchObject({
      status: "DONE",
    });
    expect(await succeed("GET", server)).toMatchObject({
      connectionName: "example-prod:europe-west3:ckan",
      ipAddresses: [{ type: "PRIVATE" }],
    });
    expect(await succeed("GET", `${server}/users`)).toMatchObject({ items: [{ name: "postgres" }] });
  });

  test("has its name for itself", async () => {
    expect(await refused("POST", servers, { name: "ckan", settings })).toBe(
      "409 instanceAlreadyExists: The Cloud SQL instance already exists.",
    );
  });

  test("is changed only by whoever knows its newest settings", async () => {
    expect(await refused("PUT", server, { settings })).toBe("400 required: Missing parameter: Settings version.");
    const { settingsVersion } = await current();
    await succeed("PUT", server, { settings: { ...settings, settingsVersion } });
    expect(await refused("PUT", server, { settings: { ...settings, settingsVersion } })).toBe(
      "412 staleData: Condition does not match.",
    );
  });

  test("has a disk that only grows", async () => {
    await succeed("PATCH", server, { settings: { dataDiskSizeGb: "30" } });
    const { settingsVersion } = await current();
    expect(await refused("PUT", server, { settings: { ...settings, settingsVersion } })).toBe(
      "400 invalid: Invalid request: The disk size cannot decrease. Current size: 30 GB, requested: 20 GB..",
    );
  });

  test("of another edition's machine is refused", async () => {
    const tier = "db-perf-optimized-N-2";
    expect(await refused("POST", servers, { name: "other", settings: { ...settings, tier } })).toBe(
      `400 invalid: Invalid request: Invalid Tier (${tier}) for (ENTERPRISE) Edition.`,
    );
  });

  test("that is protected stays", async () => {
    await succeed("PATCH", server, { settings: { deletionProtectionEnabled: true } });
    expect(await refused("DELETE", server)).toMatch("400 invalid: The instance is protected.");
    await succeed("PATCH", server, { settings: { deletionProtectionEnabled: false } });
    await succeed("DELETE", server);
    expect(await refused("GET", server)).toBe("404 instanceDoesNotExist: The Cloud SQL instance does not exist.");
  });
});

describe("a bucket", () => {
  const policy = async () => await succeed("GET", `${bucket}/iam`);
  const grant = async (member: string, changes: object = {}) => {
    const { bindings, etag } = await policy();
    const binding = { role: "roles/storage.objectViewer", members: [member] };
    return { bindings: [...(bindings as readonly object[]), binding], etag, ...changes };
  };

  test("has its name for itself", async () => {
    expect(await refused("POST", `${buckets}?project=${project}`, { name: "files" })).toMatch(
      "409 conflict: Your previous request to create the named bucket succeeded",
    );
    expect(await refused("POST", `${buckets}?project=other`, { name: "files" })).toMatch(
      "409 conflict: The requested bucket name is not available.",
    );
  });

  test("can be read by accounts that there are, and by none that there never were", async () => {
    await succeed("PUT", `${bucket}/iam`, await grant(`serviceAccount:${web}`));
    expect(await refused("PUT", `${bucket}/iam`, await grant("serviceAccount:nobody@example.org"))).toBe(
      "400 invalid: Service account nobody@example.org does not exist.",
    );
  });

  test("is not opened to everybody", async () => {
    expect(await refused("PUT", `${bucket}/iam`, await grant("allUsers"))).toMatch("412 conditionNotMet: The member");
  });

  test("takes no policy that was read before another was written", async () => {
    expect(await refused("PUT", `${bucket}/iam`, await grant(`serviceAccount:${web}`, { etag: "b2xk" }))).toMatch(
      "412 conditionNotMet: At least one of the pre-conditions",
    );
  });

  test("with files in it stays", async () => {
    await succeed("POST", `/upload${bucket}/o?name=folder/file`);
    expect(await refused("DELETE", bucket)).toBe("409 conflict: The bucket you tried to delete is not empty.");
    await succeed("DELETE", `${bucket}/o/folder%2Ffile`);
    await succeed("DELETE", bucket);
    expect(google.state().buckets).toEqual([]);
  });
});

describe("a key for S3", () => {
  test("tells its secret once, and is put out of use before it is deleted", async () => {
    const { metadata, secret } = await succeed("POST", `${keys}?serviceAccountEmail=${web}`);
    const { accessId } = metadata as { readonly accessId: string };
    const key = `${keys}/${accessId}`;
    expect(String(secret)).toHaveLength(40);
    expect(await succeed("GET", key)).not.toHaveProperty("secret");
    expect(await refused("DELETE", key)).toMatch("400 invalid: Cannot delete keys");
    expect(await refused("PUT", key, { state: "ACTIVE" })).toMatch("400 invalid: HMAC key is already in state ACTIVE.");
    await succeed("PUT", key, { state: "INACTIVE" });
    await succeed("DELETE", key);
    expect(await succeed("GET", key)).toMatchObject({ state: "DELETED" });
  });

  test("needs an account", async () => {
    expect(await refused("POST", `${keys}?serviceAccountEmail=nobody@example.org`)).toMatch("404 notFound");
  });
});

describe("a project's policy", () => {
  const set = `/resource-manager/v1/projects/${project}:setIamPolicy`;
  const binding = { role: "roles/cloudsql.client", members: [`serviceAccount:${web}`], condition: { title: "one" } };

  test("takes conditions only in version 3", async () => {
    expect(await refused("POST", set, { policy: { bindings: [binding] } })).toMatch("400 badRequest: Conditions");
    expect(await succeed("POST", set, { policy: { version: 3, bindings: [binding] } })).toMatchObject({ version: 3 });
  });

  test("keeps a deleted account under another name", async () => {
    await succeed("DELETE", `${accounts}/${web}`);
    expect(google.state().projects[0]?.bindings[0]?.members).toEqual([
      expect.stringMatching(/^deleted:serviceAccount:web@.*\?uid=\d+$/),
    ]);
  });
});

describe("an account", () => {
  const other = `other@${project}.iam.gserviceaccount.com`;
  const lend = (member: string) => ({
    policy: { bindings: [{ role: "roles/iam.workloadIdentityUser", members: [member] }] },
  });

  test("is there once", async () => {
    await succeed("POST", accounts, { accountId: "other" });
    expect(await refused("POST", accounts, { accountId: "other" })).toMatch("409 alreadyExists: Service account other");
  });

  test("is lent to pods of projects with a cluster", async () => {
    const set = `${accounts}/${other}:setIamPolicy`;
    await succeed("POST", set, lend(`serviceAccount:${project}.svc.id.goog[namespace/pods]`));
    expect(await refused("POST", set, lend("serviceAccount:empty.svc.id.goog[namespace/pods]"))).toMatch(
      "400 badRequest: Identity Pool does not exist (empty.svc.id.goog).",
    );
  });
});

test("what is not played is said", async () => {
  expect(await refused("GET", "/storage/v1/b")).toBe("501 notImplemented: GET /storage/v1/b is not played");
});

async function succeed(method: string, path: string, body?: object): Promise<Properties> {
  const response = await send(method, path, body);
  expect([response.status, response.ok ? "" : await response.text()]).toEqual([200, ""]);
  return (await response.json()) as Properties;
}

/** Status, reason and message. */
async function refused(method: string, path: string, body?: object): Promise<string> {
  const response = await send(method, path, body);
  const { error } = (await response.json()) as {
    readonly error: { readonly message: string; readonly errors: readonly { readonly reason: string }[] };
  };
  return `${response.status} ${error.errors[0]?.reason}: ${error.message}`;
}

function send(method: string, path: string, body?: object): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return fetch(`${google.url}${path}`, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
}
