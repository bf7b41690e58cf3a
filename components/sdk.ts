/**
 * SDKs of services that most stacks do not use. Each module is loaded when a stack declares its first such resource: together they take
 * 60 ms, a tenth of the program's time. Whole packages take many times that, so single modules are loaded.
 */
import { createRequire } from "node:module";

const load = createRequire(import.meta.url);

export const cloudflare = () => ({
  ...(load("@pulumi/cloudflare/dnsRecord.js") as typeof import("@pulumi/cloudflare/dnsRecord.js")),
  ...(load("@pulumi/cloudflare/getDnsRecords.js") as typeof import("@pulumi/cloudflare/getDnsRecords.js")),
  ...(load("@pulumi/cloudflare/getRulesets.js") as typeof import("@pulumi/cloudflare/getRulesets.js")),
  ...(load("@pulumi/cloudflare/getZone.js") as typeof import("@pulumi/cloudflare/getZone.js")),
  ...(load("@pulumi/cloudflare/ruleset.js") as typeof import("@pulumi/cloudflare/ruleset.js")),
  ...(load("@pulumi/cloudflare/totalTls.js") as typeof import("@pulumi/cloudflare/totalTls.js")),
  ...(load("@pulumi/cloudflare/zoneSetting.js") as typeof import("@pulumi/cloudflare/zoneSetting.js")),
});

export const postgresql = () => ({
  ...(load("@pulumi/postgresql/database.js") as typeof import("@pulumi/postgresql/database.js")),
  ...(load("@pulumi/postgresql/defaultPrivileges.js") as typeof import("@pulumi/postgresql/defaultPrivileges.js")),
  ...(load("@pulumi/postgresql/grant.js") as typeof import("@pulumi/postgresql/grant.js")),
  ...(load("@pulumi/postgresql/provider.js") as typeof import("@pulumi/postgresql/provider.js")),
  ...(load("@pulumi/postgresql/role.js") as typeof import("@pulumi/postgresql/role.js")),
});

export const cloudSql = () => ({
  ...(load("@pulumi/gcp/sql/databaseInstance.js") as typeof import("@pulumi/gcp/sql/databaseInstance.js")),
  ...(load("@pulumi/gcp/sql/user.js") as typeof import("@pulumi/gcp/sql/user.js")),
});

export const cloudStorage = () => ({
  ...(load("@pulumi/gcp/storage/bucket.js") as typeof import("@pulumi/gcp/storage/bucket.js")),
  ...(load("@pulumi/gcp/storage/bucketIAMMember.js") as typeof import("@pulumi/gcp/storage/bucketIAMMember.js")),
  ...(load("@pulumi/gcp/storage/hmacKey.js") as typeof import("@pulumi/gcp/storage/hmacKey.js")),
});

export const serviceAccount = () => ({
  ...(load("@pulumi/gcp/serviceaccount/account.js") as typeof import("@pulumi/gcp/serviceaccount/account.js")),
  ...(load("@pulumi/gcp/serviceaccount/iammember.js") as typeof import("@pulumi/gcp/serviceaccount/iammember.js")),
});

/** IAM roles on a project; the SDK names that class IAMMember, too. */
export const project = () =>
  load("@pulumi/gcp/projects/iammember.js") as typeof import("@pulumi/gcp/projects/iammember.js");
