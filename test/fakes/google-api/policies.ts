/** Who may do what: the policy of a project, an account or a bucket, and the principals that there are. */
import { asProperties, type Properties, Refusal, refuse } from "./calls.ts";

export interface Binding {
  readonly role: string;
  readonly members: readonly string[];
  readonly condition?: Properties;
}

/** What a service says to a policy that was read before another was written. */
export type Stale = (given: string, current: string) => Refusal;

export class Principals {
  readonly #accounts = new Set<string>();
  /** Projects with a cluster that gives its pods identities. */
  readonly #pools = new Set<string>();

  add(email: string): void {
    this.#accounts.add(email);
  }

  delete(email: string): void {
    this.#accounts.delete(email);
  }

  addPool(project: string): void {
    this.#pools.add(project);
  }

  /**
   * Groups and people are not known here, and taken. In the words of hashicorp/terraform-provider-google#8280 and, for the pool of a
   * project that never had a cluster with identities, terraform-google-modules/terraform-google-kubernetes-engine#916.
   */
  check(member: string, reason: string): void {
    const [kind, subject = ""] = member.split(/:(.*)/s);
    if (kind !== "serviceAccount") return;
    const pool = /^(.+)\.svc\.id\.goog\[.+\/.+\]$/.exec(subject)?.[1];
    if (pool !== undefined) {
      const expected = "Please check that you specified a valid resource name as returned in the `name` attribute";
      const message = `Identity Pool does not exist (${pool}.svc.id.goog). ${expected} in the configuration API.`;
      refuse(!this.#pools.has(pool), 400, message, reason);
      return;
    }
    refuse(!this.#accounts.has(subject), 400, `Service account ${subject} does not exist.`, reason);
  }
}

export class Policy {
  #bindings: readonly Binding[];
  #version = 1;

  constructor(bindings: readonly Binding[] = []) {
    this.#bindings = bindings;
  }

  get bindings(): readonly Binding[] {
    return this.#bindings;
  }

  read(): Properties {
    const version = this.#bindings.some(({ condition }) => condition !== undefined) ? 3 : 1;
    return { version, etag: this.#etag(), bindings: this.#bindings };
  }

  /** `reason` is the service's word for what is no policy. */
  write(policy: Properties, principals: Principals, stale: Stale, reason: string): Properties {
    const { etag, version = 1 } = policy;
    if (typeof etag === "string" && etag !== "" && etag !== this.#etag()) throw stale(etag, this.#etag());
    const bindings = ((policy["bindings"] ?? []) as readonly Binding[]).filter(({ members }) => members.length > 0);
    const conditional = bindings.some(({ condition }) => condition !== undefined);
    // https://cloud.google.com/iam/docs/policies#versions
    refuse(conditional && Number(version) < 3, 400, "Conditions need a policy of version 3.", reason);
    const known = new Set(this.#bindings.flatMap(({ members }) => members));
    for (const member of bindings.flatMap(({ members }) => members)) {
      if (!known.has(member)) principals.check(member, reason);
    }
    this.#bindings = bindings;
    this.#version += 1;
    return this.read();
  }

  /** An account that is deleted stays in the policy under another name. https://cloud.google.com/iam/docs/policies#handle-deleted-principals */
  bury(email: string, uniqueId: string): void {
    const name = `serviceAccount:${email}`;
    const renamed = (member: string) => (member === name ? `deleted:${name}?uid=${uniqueId}` : member);
    this.#bindings = this.#bindings.map((binding) => ({ ...binding, members: binding.members.map(renamed) }));
  }

  #etag(): string {
    return Buffer.from(`policy ${this.#version}`).toString("base64");
  }
}

/** The policy that a call of `setIamPolicy` holds. */
export function policyIn(body: Properties): Properties {
  return asProperties(body["policy"]);
}

/** DataBiosphere/leonardo#737 */
export const concurrentChange: Stale = () =>
  new Refusal(
    409,
    "There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff.",
    "aborted",
  );
