/** Service accounts, and projects: https://cloud.google.com/iam/docs/reference/rest, https://cloud.google.com/resource-manager/reference/rest */
import { asProperties, type Call, existing, named, type Properties, type Route, refuse } from "./calls.ts";
import { concurrentChange, Policy, Principals, policyIn } from "./policies.ts";
import type { GoogleState } from "./state.ts";

interface Account {
  readonly resource: Properties;
  readonly policy: Policy;
}

const iam = "/iam/v1/projects/{project}/serviceAccounts";
const resourceManager = "/resource-manager/v1/projects/{project}";

/** The same for the same project. */
export function projectNumber(project: string): string {
  return String(Array.from(project).reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 899_999_999, 7) + 1e11);
}

export class Accounts {
  readonly principals = new Principals();
  readonly #accounts = new Map<string, Account>();
  readonly #projects = new Map<string, Policy>();
  readonly #everyPolicy: Policy[] = [];
  #made = 0;

  /** A policy in which an account is found again when it is deleted. */
  policy(...bindings: ConstructorParameters<typeof Policy>): Policy {
    const policy = new Policy(...bindings);
    this.#everyPolicy.push(policy);
    return policy;
  }

  /** There is no such account any more, of a project's own or of Google's. */
  bury(email: string, uniqueId = "1"): void {
    this.principals.delete(email);
    for (const policy of this.#everyPolicy) policy.bury(email, uniqueId);
  }

  has(email: string): boolean {
    return this.#accounts.has(email);
  }

  readonly routes: readonly Route[] = [
    { method: "POST", path: iam, answer: (call) => this.#create(call) },
    { method: "GET", path: `${iam}/{email}`, answer: (call) => this.#account(call).resource },
    { method: "PATCH", path: `${iam}/{email}`, answer: (call) => this.#change(call) },
    { method: "DELETE", path: `${iam}/{email}`, answer: (call) => this.#delete(call) },
    { method: "POST", path: `${iam}/{email}:getIamPolicy`, answer: (call) => this.#account(call).policy.read() },
    {
      method: "POST",
      path: `${iam}/{email}:setIamPolicy`,
      answer: (call) => this.#write(this.#account(call).policy, call),
    },
    { method: "GET", path: resourceManager, answer: (call) => project(named(call, "project")) },
    {
      method: "POST",
      path: `${resourceManager}:getIamPolicy`,
      answer: (call) => this.#projectPolicy(named(call, "project")).read(),
    },
    {
      method: "POST",
      path: `${resourceManager}:setIamPolicy`,
      answer: (call) => this.#write(this.#projectPolicy(named(call, "project")), call),
    },
  ];

  state(): Pick<GoogleState, "accounts" | "projects"> {
    const projects = [...this.#projects].map(([name, { bindings }]) => ({ name, bindings }));
    return { accounts: [...this.#accounts.keys()], projects };
  }

  #create(call: Call): object {
    const projectId = named(call, "project");
    const { accountId, serviceAccount } = call.body;
    const email = `${accountId}@${projectId}.iam.gserviceaccount.com`;
    const taken = `Service account ${accountId} already exists within project projects/${projectId}.`;
    refuse(this.#accounts.has(email), 409, taken, "alreadyExists");
    this.#made += 1;
    const uniqueId = `1${String(this.#made).padStart(20, "0")}`;
    const name = `projects/${projectId}/serviceAccounts/${email}`;
    const resource = { ...asProperties(serviceAccount), name, projectId, uniqueId, email, etag: "MDEwMjE5MjA=" };
    this.#accounts.set(email, { resource, policy: this.policy() });
    this.principals.add(email);
    return resource;
  }

  #change(call: Call): object {
    const { resource, policy } = this.#account(call);
    const wanted = asProperties(call.body["serviceAccount"]);
    const mask = String(call.body["updateMask"] ?? "").split(",");
    const changed = { ...resource, ...Object.fromEntries(mask.map((field) => [field, wanted[field]])) };
    this.#accounts.set(named(call, "email"), { resource: changed, policy });
    return changed;
  }

  #delete(call: Call): object {
    const { email, uniqueId } = this.#account(call).resource;
    this.#accounts.delete(String(email));
    this.bury(String(email), String(uniqueId));
    return {};
  }

  /** Google hides from strangers whether there is one (403); whoever may see the project's is told. */
  #account(call: Call): Account {
    return existing(this.#accounts.get(named(call, "email")), "Unknown service account");
  }

  #projectPolicy(name: string): Policy {
    const policy = this.#projects.get(name) ?? this.policy();
    this.#projects.set(name, policy);
    return policy;
  }

  #write(policy: Policy, { body }: Call): object {
    return policy.write(policyIn(body), this.principals, concurrentChange, "badRequest");
  }
}

function project(projectId: string): object {
  return { projectId, projectNumber: projectNumber(projectId), lifecycleState: "ACTIVE", name: projectId };
}
