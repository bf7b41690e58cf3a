/** Stands in for Google Cloud's provider: servers, buckets, accounts and rights, with the refusals that its APIs are known for. */
import { gcpMistakes } from "./gcp-inputs.ts";
import { type Behaviour, hash, type Inputs, type Kept, StandIn, serve } from "./stand-in.ts";

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
    [bucketMember]: ["bucket", "role", "member"],
    [account]: ["accountId", "project"],
    [accountMember]: ["serviceAccountId", "role", "member"],
    [projectMember]: ["project", "role", "member", "condition"],
    [hmacKey]: ["project", "serviceAccountEmail"],
    [server]: ["name", "project", "region"],
    [user]: ["name", "instance", "project"],
  },

  check: gcpMistakes,

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
        for (const [refused, reason] of serverRefusals(inputs["settings"] as ServerSettings)) {
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

interface ServerSettings {
  readonly edition: "ENTERPRISE" | "ENTERPRISE_PLUS";
  readonly tier: string;
  readonly backupConfiguration: {
    readonly transactionLogRetentionDays: number;
    readonly backupRetentionSettings: { readonly retainedBackups: number };
  };
}

/** In the words of Google's API, which alone knows these: the provider takes them. */
function serverRefusals({
  edition,
  tier,
  backupConfiguration,
}: ServerSettings): readonly (readonly [boolean, string])[] {
  const { transactionLogRetentionDays: days, backupRetentionSettings } = backupConfiguration;
  const plus = edition === "ENTERPRISE_PLUS";
  const most = plus ? 35 : 7;
  return [
    [
      plus !== /^db-(?:perf-optimized-N|c4a-highmem)-\d+$/.test(tier),
      `Invalid Tier (${tier}) for (${edition}) Edition.`,
    ],
    [days > most, `The number of transaction log retention days must be between 1 and ${most}.`],
    [backupRetentionSettings.retainedBackups < days, "backup retention should be > transaction log retention."],
  ];
}

/** Whether IAM would not know an account of these projects; it takes any group, and what is Google's own. */
function memberMistake(member: string, others: readonly Kept[]): boolean {
  const [kind, email = ""] = member.split(":");
  if (kind !== "serviceAccount" || email.includes("gcp-sa-") || email.includes(".svc.id.goog[")) return false;
  return !others.some((one) => one.type === account && emailOf(one.inputs) === email);
}

serve(new StandIn("9.37.0", behaviour));
