/**
 * API and permissions that each resource type needs at Google. The calls are those of the provider's create, read, update and delete
 * (hashicorp/terraform-provider-google at e03b7622, services/storage, sql and resourcemanager). The permissions are those in the
 * reference of each method (docs.cloud.google.com, for storage the page "IAM permissions for JSON methods").
 */

export interface Requirement {
  readonly api: string;
  /** Permissions to create, read and update it. */
  readonly keep: readonly string[];
  /** Permissions to delete it. */
  readonly remove: readonly string[];
  /** A predefined role that contains them. */
  readonly role: string;
}

const storage = "storage.googleapis.com";
const sql = "sqladmin.googleapis.com";
const accounts = "iam.googleapis.com";

export const requirements: Readonly<Record<string, Requirement>> = {
  "gcp:storage/bucket:Bucket": {
    api: storage,
    keep: ["storage.buckets.create", "storage.buckets.get", "storage.buckets.update"],
    // A bucket that may be deleted is emptied first.
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
    // After creating a server, the provider looks for MySQL's default user.
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

/** Also needed by servers with a private IP ("Configure private IP" of Cloud SQL). */
export const privateNetworkApi = "servicenetworking.googleapis.com";

/** Roles that contain these permissions, for the person who grants them. */
export function rolesWith(permissions: readonly string[]): readonly string[] {
  const roles = Object.values(requirements)
    .filter(({ keep, remove }) => [...keep, ...remove].some((one) => permissions.includes(one)))
    .map(({ role }) => role);
  return [...new Set(roles)].sort();
}
