/** Cloud Storage: buckets, objects, rights, and keys for S3. https://cloud.google.com/storage/docs/json_api/v1 */
import { createHash } from "node:crypto";
import { type Accounts, projectNumber } from "./accounts.ts";
import { type Call, existing, named, type Properties, patched, Refusal, type Route, refuse } from "./calls.ts";
import type { Policy, Stale } from "./policies.ts";
import type { GoogleState } from "./state.ts";

interface Bucket {
  readonly resource: Properties;
  readonly policy: Policy;
  /** All versions of objects, by name. */
  readonly objects: Set<string>;
}

type Key = Properties & { readonly accessId: string; readonly state: string };

const api = "/storage/v1";
const one = `${api}/b/{bucket}`;
const keys = `${api}/projects/{project}/hmacKeys`;

const stale: Stale = () =>
  new Refusal(412, "At least one of the pre-conditions you specified did not hold.", "conditionNotMet");

export class Storage {
  readonly #accounts: Accounts;
  readonly #buckets = new Map<string, Bucket>();
  readonly #keys = new Map<string, Key>();

  constructor(accounts: Accounts) {
    this.#accounts = accounts;
  }

  readonly routes: readonly Route[] = [
    { method: "POST", path: `${api}/b`, answer: (call) => this.#createBucket(call) },
    { method: "GET", path: one, answer: (call) => this.#bucket(call).resource },
    { method: "PATCH", path: one, answer: (call) => this.#changeBucket(call) },
    { method: "DELETE", path: one, answer: (call) => this.#deleteBucket(call) },
    { method: "GET", path: `${one}/anywhereCaches`, answer: () => ({ kind: "storage#anywhereCaches" }) },
    { method: "GET", path: `${one}/iam`, answer: (call) => this.#bucket(call).policy.read() },
    { method: "PUT", path: `${one}/iam`, answer: (call) => this.#writePolicy(call) },
    { method: "GET", path: `${one}/o`, answer: (call) => this.#objects(call) },
    { method: "POST", path: `/upload${one}/o`, answer: (call) => this.#upload(call) },
    { method: "DELETE", path: `${one}/o/{object}`, answer: (call) => this.#deleteObject(call) },
    { method: "POST", path: keys, answer: (call) => this.#createKey(call) },
    { method: "GET", path: `${keys}/{accessId}`, answer: (call) => this.#key(call) },
    { method: "PUT", path: `${keys}/{accessId}`, answer: (call) => this.#changeKey(call) },
    { method: "DELETE", path: `${keys}/{accessId}`, answer: (call) => this.#deleteKey(call) },
  ];

  state(): Pick<GoogleState, "buckets" | "keys"> {
    const buckets = [...this.#buckets].map(([name, { policy, objects }]) => ({
      name,
      bindings: policy.bindings,
      objects: [...objects],
    }));
    return { buckets, keys: [...this.#keys.values()] };
  }

  #createBucket({ body, query }: Call): object {
    const project = query.get("project") ?? "";
    const name = String(body["name"]);
    const number = projectNumber(project);
    const taken = this.#buckets.get(name);
    const own = taken?.resource["projectNumber"] === number;
    const message = own
      ? "Your previous request to create the named bucket succeeded and you already own it."
      : "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.";
    refuse(taken !== undefined, 409, message, "conflict");
    const location = String(body["location"] ?? "US").toUpperCase();
    const resource = patched(
      {
        kind: "storage#bucket",
        id: name,
        selfLink: `https://www.googleapis.com${api}/b/${name}`,
        projectNumber: number,
        storageClass: "STANDARD",
        metageneration: "1",
        etag: "CAE=",
        timeCreated: now(),
        updated: now(),
        locationType: location.includes("-") ? "region" : "multi-region",
        softDeletePolicy: { retentionDurationSeconds: "604800", effectiveTime: now() },
        ...(!location.includes("-") && { rpo: "DEFAULT" }),
      },
      { ...body, location },
    );
    this.#buckets.set(name, { resource, policy: this.#accounts.policy(ownBindings(project)), objects: new Set() });
    return resource;
  }

  #changeBucket(call: Call): object {
    const { resource, ...rest } = this.#bucket(call);
    const metageneration = String(Number(resource["metageneration"]) + 1);
    const changed = { ...patched(resource, call.body), metageneration, updated: now() };
    this.#buckets.set(named(call, "bucket"), { resource: changed, ...rest });
    return changed;
  }

  #deleteBucket(call: Call): object {
    const filled = this.#bucket(call).objects.size > 0;
    refuse(filled, 409, "The bucket you tried to delete is not empty.", "conflict");
    this.#buckets.delete(named(call, "bucket"));
    return {};
  }

  /** https://cloud.google.com/storage/docs/public-access-prevention */
  #writePolicy(call: Call): object {
    const { resource, policy } = this.#bucket(call);
    const { publicAccessPrevention } = (resource["iamConfiguration"] ?? {}) as Properties;
    const everybody = /"all(?:Authenticated)?Users"/.test(JSON.stringify(call.body["bindings"]));
    const message =
      "The member bindings allUsers and allAuthenticatedUsers are not allowed since public access prevention is enforced.";
    refuse(everybody && publicAccessPrevention === "enforced", 412, message, "conditionNotMet");
    return policy.write(call.body, this.#accounts.principals, stale, "invalid");
  }

  #objects(call: Call): object {
    const bucket = named(call, "bucket");
    const items = [...this.#bucket(call).objects].map((name) => ({
      kind: "storage#object",
      bucket,
      name,
      generation: "1",
    }));
    return { kind: "storage#objects", items };
  }

  #upload(call: Call): object {
    const name = call.query.get("name") ?? "";
    this.#bucket(call).objects.add(name);
    return { kind: "storage#object", bucket: named(call, "bucket"), name, generation: "1" };
  }

  #deleteObject(call: Call): object {
    const found = this.#bucket(call).objects.delete(named(call, "object"));
    refuse(!found, 404, "No such object", "notFound");
    return {};
  }

  /** The secret is told this once. https://cloud.google.com/storage/docs/json_api/v1/projects/hmacKeys */
  #createKey(call: Call): object {
    const project = named(call, "project");
    const serviceAccountEmail = call.query.get("serviceAccountEmail") ?? "";
    const unknown = `Service Account '${serviceAccountEmail}' not found.`;
    refuse(!this.#accounts.has(serviceAccountEmail), 404, unknown, "notFound");
    const digest = createHash("sha512").update(`${serviceAccountEmail} ${this.#keys.size}`).digest();
    const accessId = `GOOG1E${digest.toString("hex").toUpperCase().slice(0, 55)}`;
    const metadata = {
      kind: "storage#hmacKeyMetadata",
      id: `${project}/${accessId}`,
      accessId,
      projectId: project,
      serviceAccountEmail,
      state: "ACTIVE",
      timeCreated: now(),
      updated: now(),
      etag: "YzFjMGI=",
    };
    this.#keys.set(accessId, metadata);
    return { kind: "storage#hmacKey", metadata, secret: digest.subarray(30, 60).toString("base64") };
  }

  #changeKey(call: Call): object {
    const key = this.#key(call);
    const state = String(call.body["state"]);
    refuse(state === key.state, 400, `HMAC key is already in state ${state}.`, "invalid");
    return this.#setState(key, state);
  }

  /** googleapis/google-cloud-cpp#2422: only inactive ones. They are still found for a while, as DELETED. */
  #deleteKey(call: Call): object {
    const key = this.#key(call);
    refuse(key.state !== "INACTIVE", 400, "Cannot delete keys in 'ACTIVE' state.", "invalid");
    this.#setState(key, "DELETED");
    return {};
  }

  #setState(key: Key, state: string): Key {
    const changed = { ...key, state, updated: now() };
    this.#keys.set(key.accessId, changed);
    return changed;
  }

  #bucket(call: Call): Bucket {
    return existing(this.#buckets.get(named(call, "bucket")), "The specified bucket does not exist.");
  }

  #key(call: Call): Key {
    return existing(this.#keys.get(named(call, "accessId")), "Access ID not found in project.");
  }
}

function now(): string {
  return new Date().toISOString();
}

/** https://cloud.google.com/storage/docs/access-control/iam-roles#basic-roles-modifiable */
function ownBindings(project: string) {
  const owners = [`projectEditor:${project}`, `projectOwner:${project}`];
  const viewers = [`projectViewer:${project}`];
  return [
    { role: "roles/storage.legacyBucketOwner", members: owners },
    { role: "roles/storage.legacyBucketReader", members: viewers },
    { role: "roles/storage.legacyObjectOwner", members: owners },
    { role: "roles/storage.legacyObjectReader", members: viewers },
  ];
}
