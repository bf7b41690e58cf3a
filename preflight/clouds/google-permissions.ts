/**
 * What each kind of resource needs at Google: the API that its provider calls, and the permissions that Google asks for. Calls are
 * those of the provider's create, read, update and delete (hashicorp/terraform-provider-google at e03b7622, services/storage, sql and
 * resourcemanager); permissions are those that the reference of each method names (docs.cloud.google.com, for storage the page "IAM
 * permissions for JSON methods").
 */

export interface Requirement {
  readonly api: string;
  /** To make it, read it and change it. */
  readonly keep: readonly string[];
  /** To delete it. */
  readonly remove: readonly string[];
  /** A role of Google's that has them. */
  readonly role: string;
}

const storage = "storage.googleapis.com";
const sql = "sqladmin.googleapis.com";
const accounts = "iam.googleapis.com";

export const requirements: Readonly<Record<string, Requirement>> = {
  "gcp:storage/bucket:Bucket": {
    api: storage,
    keep: ["storage.buckets.create", "storage.buckets.get", "storage.buckets.update"],
    // What may be deleted is emptied first.
    remove: ["storage.buckets.delete", "storage.objects.delete", "storage.objects.list"],
    role: "roles/storage.admin",
  },
  "gcp:storage/bucketIAMMember:BucketIAMMember": {
    api: storage,
    keep: ["storage.buckets.getIamPolicy", "storage.buckets.setIamPolicy"],
    remove: [],
    role: "roles/storage.admin",
  },
  "gcp:storage/hmacKey:HmacKey": {
    api: storage,
    keep: ["storage.hmacKeys.create", "storage.hmacKeys.get", "storage.hmacKeys.update"],
    remove: ["storage.hmacKeys.delete"],
    role: "roles/storage.hmacKeyAdmin",
  },
  "gcp:serviceaccount/account:Account": {
    api: accounts,
    keep: ["iam.serviceAccounts.create", "iam.serviceAccounts.get", "iam.serviceAccounts.update"],
    remove: ["iam.serviceAccounts.delete"],
    role: "roles/iam.serviceAccountAdmin",
  },
  "gcp:serviceaccount/iAMMember:IAMMember": {
    api: accounts,
    keep: ["iam.serviceAccounts.getIamPolicy", "iam.serviceAccounts.setIamPolicy"],
    remove: [],
    role: "roles/iam.serviceAccountAdmin",
  },
  "gcp:projects/iAMMember:IAMMember": {
    api: "cloudresourcemanager.googleapis.com",
    keep: ["resourcemanager.projects.getIamPolicy", "resourcemanager.projects.setIamPolicy"],
    remove: [],
    role: "roles/resourcemanager.projectIamAdmin",
  },
  "gcp:sql/databaseInstance:DatabaseInstance": {
    api: sql,
    // Once it has made a server, the provider looks for MySQL's first user.
    keep: ["cloudsql.instances.create", "cloudsql.instances.get", "cloudsql.instances.update", "cloudsql.users.list"],
    remove: ["cloudsql.instances.delete"],
    role: "roles/cloudsql.admin",
  },
  "gcp:sql/user:User": {
    api: sql,
    keep: ["cloudsql.instances.get", "cloudsql.users.create", "cloudsql.users.list", "cloudsql.users.update"],
    remove: ["cloudsql.users.delete"],
    role: "roles/cloudsql.admin",
  },
};

/** Servers with an address in a network need it as well ("Configure private IP" of Cloud SQL). */
export const privateNetworkApi = "servicenetworking.googleapis.com";

/** Roles that have some permissions, for who has to give them. */
export function rolesWith(permissions: readonly string[]): readonly string[] {
  const roles = Object.values(requirements)
    .filter(({ keep, remove }) => [...keep, ...remove].some((one) => permissions.includes(one)))
    .map(({ role }) => role);
  return [...new Set(roles)].sort();
}
