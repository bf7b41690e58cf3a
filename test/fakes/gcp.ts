/**
 * Stands in for Google Cloud's provider: servers, buckets, accounts and rights, with the refusals that its APIs are known for. Unlike the
 * real one it cannot preview what an update leaves as it is, takes another case of a bucket's location for another location, keeps no
 * policies (a right is there or not), and knows no disks that grow and no files in buckets.
 */
import { gcpMistakes } from "./gcp-inputs.ts";
import { serverRefusals } from "./gcp-refusals.ts";
import { type Behaviour, Fake, hash, type Inputs, type Kept, serve } from "./provider.ts";

const bucket = "gcp:storage/bucket:Bucket";
const bucketMember = "gcp:storage/bucketIAMMember:BucketIAMMember";
const account = "gcp:serviceaccount/account:Account";
const accountMember = "gcp:serviceaccount/iAMMember:IAMMember";
const projectMember = "gcp:projects/iAMMember:IAMMember";
const hmacKey = "gcp:storage/hmacKey:HmacKey";
const server = "gcp:sql/databaseInstance:DatabaseInstance";
const user = "gcp:sql/user:User";

const emailOf = ({ project, accountId }: Inputs) => `${accountId}@${project}.iam.gserviceaccount.com`;

const behaviour: Behaviour = {
  sdk: "@pulumi/gcp",
  modules: [
    "projects/iammember",
    "serviceaccount/account",
    "serviceaccount/iammember",
    "sql/databaseInstance",
    "sql/user",
    "storage/bucket",
    "storage/bucketIAMMember",
    "storage/hmacKey",
  ],
  replacing: {
    [bucket]: ["name", "location", "project"],
    [bucketMember]: ["bucket", "role", "member", "condition"],
    [account]: ["accountId", "project"],
    [accountMember]: ["serviceAccountId", "role", "member", "condition"],
    [projectMember]: ["project", "role", "member", "condition"],
    [hmacKey]: ["project", "serviceAccountEmail"],
    [server]: ["name", "project", "region"],
    [user]: ["name", "instance", "project"],
  },

  check: gcpMistakes,
  // A server gets a private address for good.
  replacingChanges: (type, before, after) =>
    type === server && hasPrivateNetwork(before) && !hasPrivateNetwork(after) ? ["settings"] : [],
  // What is imported under its name must be found by it.
  idOf: (type, { name, instance }) => {
    switch (type) {
      case server:
      case bucket:
        return String(name);
      case user:
        return `${name}//${instance}`;
      default:
        return undefined;
    }
  },
  // With deletionPolicy ABANDON, which all of ours have.
  lasting: [user],

  admit: (type, inputs, others) => {
    const has = (wanted: string, matches: (one: Inputs) => boolean) =>
      others.some((one) => one.type === wanted && matches(one.inputs));
    const refuse = (refused: boolean, reason: string) => {
      if (refused) throw new Error(`googleapi: Error ${reason}`);
    };
    const { name, project, accountId } = inputs;
    const members = (member: unknown) => memberMistake(String(member), others);
    switch (type) {
      case bucket:
        refuse(
          has(bucket, (one) => one["name"] === name && one["project"] === project),
          "409: Your previous request to create the named bucket succeeded and you already own it., conflict",
        );
        refuse(
          has(bucket, (one) => one["name"] === name),
          "409: The requested bucket name is not available., conflict",
        );
        break;
      case account:
        refuse(
          has(account, (one) => one["accountId"] === accountId && one["project"] === project),
          `409: Service account ${accountId} already exists within project, alreadyExists`,
        );
        break;
      case server:
        refuse(
          has(server, (one) => one["name"] === name && one["project"] === project),
          "409: The Cloud SQL instance already exists., instanceAlreadyExists",
        );
        for (const [refused, reason] of serverRefusals(inputs["settings"] as Inputs)) {
          refuse(refused, `400: Invalid request: ${reason}, invalid`);
        }
        break;
      case user:
        refuse(
          !has(server, (one) => one["name"] === inputs["instance"]),
          "404: The Cloud SQL instance does not exist., instanceDoesNotExist",
        );
        break;
      case bucketMember:
        refuse(
          !has(bucket, (one) => one["name"] === inputs["bucket"]),
          "404: The specified bucket does not exist., notFound",
        );
        refuse(members(inputs["member"]), `400: ${inputs["member"]} does not exist., invalid`);
        break;
      case projectMember:
        refuse(members(inputs["member"]), `400: ${inputs["member"]} does not exist., badRequest`);
        break;
      case accountMember:
        refuse(
          !has(account, (one) => String(inputs["serviceAccountId"]).endsWith(emailOf(one))),
          "404: Unknown service account, notFound",
        );
        break;
      case hmacKey:
        refuse(
          !has(account, (one) => emailOf(one) === inputs["serviceAccountEmail"]),
          "404: Service account does not exist, notFound",
        );
        break;
      default:
        throw new Error(`${type} is not played`);
    }
  },

  outputs: (type, id, inputs) => {
    const { name, project, region } = inputs;
    switch (type) {
      case account: {
        const email = emailOf(inputs);
        return { email, member: `serviceAccount:${email}`, name: `projects/${project}/serviceAccounts/${email}` };
      }
      case server:
        return {
          connectionName: `${project}:${region}:${name}`,
          privateIpAddress: "10.20.0.3",
          publicIpAddress: "203.0.113.30",
          serviceAccountEmailAddress: `p1-${hash(String(name)).slice(0, 6)}@gcp-sa-cloud-sql.iam.gserviceaccount.com`,
        };
      case hmacKey:
        return { accessId: `GOOG1E${id.toUpperCase()}`, secret: hash(`secret ${id}`), state: "ACTIVE" };
      case bucket:
        return { url: `gs://${name}`, selfLink: `https://www.googleapis.com/storage/v1/b/${name}` };
      default:
        return { etag: "BwX" };
    }
  },
};

function hasPrivateNetwork({ settings }: Inputs): boolean {
  const { ipConfiguration } = (settings ?? {}) as { readonly ipConfiguration?: { readonly privateNetwork?: string } };
  return ipConfiguration?.privateNetwork !== undefined;
}

/** Whether IAM would not know an account of these projects; it takes any group, and what is Google's own. */
function memberMistake(member: string, others: readonly Kept[]): boolean {
  const [kind, email = ""] = member.split(":");
  if (kind !== "serviceAccount" || email.includes("gcp-sa-") || email.includes(".svc.id.goog[")) return false;
  return !others.some((one) => one.type === account && emailOf(one.inputs) === email);
}

serve(new Fake("9.37.0", behaviour));
