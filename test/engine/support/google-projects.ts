/** What is at Google, whoever plays it: an API for the real provider, or the fake for provider and API. */
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { GoogleState } from "../../fakes/google-api/state.ts";
import type { Inputs, Kept, Service } from "../../fakes/provider.ts";
import type { ProviderPlugin } from "./provider-plugins.ts";

/** Projects with a cluster whose pods have identities at Google. */
const clusters = ["example-prod", "example-staging"];

export interface GoogleProjects {
  /** What Google's provider needs to find them. */
  readonly environment: NodeJS.ProcessEnv;
  /** Names of servers. */
  readonly servers: () => readonly string[];
  /** Logins on servers, as `server user`. */
  readonly users: () => readonly string[];
  /** Names of buckets. */
  readonly buckets: () => readonly string[];
  /** Who may what on buckets, as `bucket role member`, but for what Google itself grants. */
  readonly grants: () => readonly string[];
  /** Conditions of rights on projects. */
  readonly conditions: () => readonly unknown[];
  /** E-mail addresses of service accounts. */
  readonly accounts: () => readonly string[];
  /** How many keys of buckets there are. */
  readonly keys: () => number;
  /** Does something at Google that Pulumi does not know of, by the API itself; undefined where only the provider is stood in for. */
  readonly call: ((method: string, path: string, body?: object) => Promise<Response>) | undefined;
  readonly stop: () => Promise<void>;
}

/** For whoever has Google's provider; `file` is where it is kept what there is. */
export async function startGoogle(
  file: string,
  plugin: ProviderPlugin | undefined,
): Promise<GoogleProjects | undefined> {
  if (plugin === undefined) return undefined;
  return plugin.real ? await behindApi(file) : behindFake(file);
}

function behindFake(file: string): GoogleProjects {
  const all = (): readonly Kept[] =>
    existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Service).resources : [];
  const inputsOf = (type: string): readonly Inputs[] =>
    all()
      .filter((one) => one.type === type)
      .map(({ inputs }) => inputs);
  const servers = () => namesOf(inputsOf("gcp:sql/databaseInstance:DatabaseInstance"));
  return {
    environment: {},
    servers,
    // They go with their server.
    users: () =>
      inputsOf("gcp:sql/user:User")
        .filter(({ instance }) => servers().includes(String(instance)))
        .map(({ instance, name }) => `${instance} ${name}`),
    buckets: () => namesOf(inputsOf("gcp:storage/bucket:Bucket")),
    grants: () =>
      inputsOf("gcp:storage/bucketIAMMember:BucketIAMMember")
        .map(({ bucket, role, member }) => `${bucket} ${role} ${member}`)
        .sort(),
    conditions: () => inputsOf("gcp:projects/iAMMember:IAMMember").map(({ condition }) => condition),
    accounts: () =>
      inputsOf("gcp:serviceaccount/account:Account")
        .map(({ accountId, project }) => `${accountId}@${project}.iam.gserviceaccount.com`)
        .sort(),
    keys: () => inputsOf("gcp:storage/hmacKey:HmacKey").length,
    call: undefined,
    stop: async () => {},
  };
}

async function behindApi(file: string): Promise<GoogleProjects> {
  const worker = new Worker(new URL("../../fakes/google-api/worker.ts", import.meta.url), {
    workerData: { file, clusters },
  });
  const [url] = (await once(worker, "message")) as [string];
  const state = (): GoogleState => JSON.parse(readFileSync(file, "utf8"));
  return {
    environment: {
      GOOGLE_OAUTH_ACCESS_TOKEN: "a token that Google never gave",
      GOOGLE_IAM_BETA_CUSTOM_ENDPOINT: `${url}/iam/v1/`,
      GOOGLE_RESOURCE_MANAGER_CUSTOM_ENDPOINT: `${url}/resource-manager/v1/`,
      GOOGLE_SERVICE_NETWORKING_CUSTOM_ENDPOINT: `${url}/service-networking/v1/`,
      GOOGLE_SQL_CUSTOM_ENDPOINT: `${url}/sql/v1beta4/`,
      GOOGLE_STORAGE_CUSTOM_ENDPOINT: `${url}/storage/v1/`,
    },
    servers: () => namesOf(state().servers),
    users: () =>
      state()
        .servers.flatMap(({ name, users }) => users.map((user) => `${name} ${user}`))
        // Google's own, on every server.
        .filter((one) => !one.endsWith(" postgres")),
    buckets: () => namesOf(state().buckets),
    grants: () =>
      state()
        .buckets.flatMap(({ name, bindings }) =>
          bindings.flatMap(({ role, members }) => members.map((member) => `${name} ${role} ${member}`)),
        )
        .filter((one) => !/ project(?:Owner|Editor|Viewer):/.test(one))
        .sort(),
    conditions: () => state().projects.flatMap(({ bindings }) => bindings.map(({ condition }) => condition)),
    accounts: () => state().accounts.toSorted(),
    keys: () => state().keys.filter((key) => key.state !== "DELETED").length,
    call: (method, path, body) =>
      fetch(`${url}${path}`, {
        method,
        headers: { "content-type": "application/json" },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    stop: async () => {
      await worker.terminate();
    },
  };
}

function namesOf(resources: readonly { readonly name?: unknown }[]): readonly string[] {
  return resources.map(({ name }) => String(name)).sort();
}
