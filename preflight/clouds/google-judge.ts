/** Interprets Google's responses about a project, its networks and buckets, and the objects that a load balancer names. */
import { z } from "zod";
import { met, missing, notKnown, type Row } from "../row.ts";
import { type Answer, inOneLine } from "./api.ts";
import {
  type BalancerPart,
  createCommand,
  describeCommand,
  type Place,
  type scopeOf,
  title,
} from "./google-balancer.ts";
import type { BucketNeed, NetworkNeed, ProjectNeed } from "./google-needs.ts";
import { rolesWith } from "./google-permissions.ts";

/** Google's error format (google.rpc.Status as JSON); Cloud Storage and Compute Engine omit status and details. */
const errorSchema = z.object({
  error: z.object({
    message: z.string(),
    status: z.string().optional(),
    details: z.array(z.object({ reason: z.string().optional() })).default([]),
  }),
});

function errorOf(answer: Answer) {
  return answer.kind === "silent" ? undefined : errorSchema.safeParse(answer.body).data?.error;
}

/** Google's message, with its status if there is one. */
export function said(answer: Answer): string {
  if (answer.kind === "silent") return answer.why;
  const error = errorOf(answer);
  return error === undefined
    ? `answered ${answer.status}`
    : `${inOneLine(error.message)} (${error.status ?? answer.status})`;
}

/**
 * Whether the error only asks for a quota project: some APIs require one with user credentials (GoogleCloudPlatform/dlp-pdf-redaction#25;
 * googleapis/nodejs-vision#545 has the earlier wording).
 */
export function wantsQuotaProject(answer: Answer): boolean {
  return /quota[ _]project|end user credentials/.test(errorOf(answer)?.message ?? "");
}

/** The body of a 200 response, if it has the expected shape. */
function read<Schema extends z.ZodType>(answer: Answer, schema: Schema): z.infer<Schema> | undefined {
  if (answer.kind === "silent" || answer.status !== 200) return undefined;
  return schema.safeParse(answer.body).data;
}

function statusOf(answer: Answer): number | undefined {
  return answer.kind === "silent" ? undefined : answer.status;
}

/** Service Usage's `Service` (cloud.google.com/service-usage/docs/reference/rest/v1/services): `parent` contains the project's number. */
const servicesSchema = z.object({
  services: z.array(z.object({ name: z.string(), parent: z.string().optional(), state: z.string() })),
});

export function projectNumber(services: Answer): string | undefined {
  const [first] = read(services, servicesSchema)?.services ?? [];
  return first?.parent?.replace(/^projects\//, "");
}

export function judgeApis({ project, apis }: ProjectNeed, answer: Answer): Row {
  const need = `APIs of ${project}`;
  const found = read(answer, servicesSchema);
  if (found === undefined) {
    return notKnown(need, said(answer), `see for yourself: gcloud services list --enabled --project ${project}`);
  }
  const enabled = found.services.filter(({ state }) => state === "ENABLED").map(({ name }) => name.split("/").at(-1));
  const disabled = apis.filter((api) => !enabled.includes(api));
  if (disabled.length === 0) return met(need, apis.join(", "));
  const remedy = `gcloud services enable ${disabled.join(" ")} --project ${project}`;
  return missing(need, `not enabled: ${disabled.join(", ")}`, remedy);
}

/** Permissions that the caller has. Google omits the field when there are none. */
const permissionsSchema = z.object({ permissions: z.array(z.string()).default([]) });

export function permissionsOf(answer: Answer): readonly string[] | undefined {
  return read(answer, permissionsSchema)?.permissions;
}

/** The step to take first when Google did not even process the request, by its error reason. */
const preconditions: Readonly<Record<string, (project: string) => string>> = {
  SERVICE_DISABLED: (project) => `gcloud services enable cloudresourcemanager.googleapis.com --project ${project}`,
  // google-github-actions/auth#250.
  USER_PROJECT_DENIED: (project) => `get the role roles/serviceusage.serviceUsageConsumer in ${project}`,
};

/** Checks permissions on the whole project; those on a single bucket or account are not seen. */
export function judgePermissions({ project, permissions }: ProjectNeed, answer: Answer): Row {
  const need = `permissions in ${project}`;
  const had = permissionsOf(answer);
  const binding = `gcloud projects add-iam-policy-binding ${project} --member <caller> --role <role>`;
  if (had === undefined) {
    const reason = errorOf(answer)?.details.find((detail) => detail.reason !== undefined)?.reason;
    const first = preconditions[reason ?? ""]?.(project);
    if (first !== undefined) return notKnown(need, said(answer), first);
    // Anybody who can see the project may test their permissions on it.
    return statusOf(answer) === 403 || statusOf(answer) === 404
      ? missing(need, said(answer), `correct the project's id, or give the caller a role there: ${binding}`)
      : notKnown(need, said(answer), `see for yourself: gcloud projects get-iam-policy ${project}`);
  }
  const lacking = permissions.filter((permission) => !had.includes(permission));
  if (lacking.length === 0) return met(need, `all ${permissions.length}`);
  // In the remedy, because the table cuts off what was seen, and this list may be long.
  const remedy = `give the caller ${rolesWith(lacking).join(", ")}, or a role with ${lacking.join(", ")} alone: ${binding}`;
  return missing(need, `lacks ${lacking.length} of ${permissions.length} in all of it`, remedy);
}

const bucketSchema = z.object({ projectNumber: z.string() });

export interface Owner {
  /** Number of the project that should own the bucket. */
  readonly number: string | undefined;
  /** Whether the caller may read that project's buckets. */
  readonly reads: boolean;
}

export function judgeBucket({ name, project }: BucketNeed, answer: Answer, owner: Owner): Row {
  if (project === undefined) return judgeForeignBucket(name, answer);
  const need = `bucket ${name}`;
  const other = "names of buckets are taken in the whole world: write another one in the stack file";
  if (statusOf(answer) === 404) return met(need, "the name is free");
  if (errorOf(answer)?.message.includes("storage.buckets.get")) {
    // Google gives this error for one's own bucket as well, without permission to read it (substratusai/runbooks#31). If the caller may
    // read the project's buckets, the bucket belongs to another project (GoogleCloudPlatform/deploymentmanager-samples#151).
    return owner.reads
      ? missing(need, `taken, outside ${project}: ${said(answer)}`, other)
      : notKnown(
          need,
          said(answer),
          `ask with storage.buckets.get in ${project}; if it is not a bucket there, ${other}`,
        );
  }
  const found = read(answer, bucketSchema);
  if (found === undefined) return notKnown(need, said(answer), "run it again once the API can be reached");
  const described = `gcloud projects describe ${project} --format "value(projectNumber)"`;
  if (owner.number === undefined) {
    return notKnown(
      need,
      `taken by the project ${found.projectNumber}`,
      `see whether that is ${project}: ${described}`,
    );
  }
  return found.projectNumber === owner.number
    ? met(need, `there, in ${project}: fine if this stack made it, otherwise an up ends with 409`)
    : missing(need, `taken, by the project ${found.projectNumber}`, other);
}

/** A bucket that the stack names but does not create, such as the one with dumps that a server imports. */
function judgeForeignBucket(name: string, answer: Answer): Row {
  const need = `bucket ${name}, not made by this stack`;
  if (read(answer, bucketSchema) !== undefined) return met(need, "there");
  const remedy = `make it, or write the name of one that is there: gcloud storage buckets describe gs://${name}`;
  return statusOf(answer) === 404 ? missing(need, said(answer), remedy) : notKnown(need, said(answer), remedy);
}

/** Compute Engine's `Network` (cloud.google.com/compute/docs/reference/rest/v1/networks). */
const networkSchema = z.object({
  name: z.string(),
  peerings: z.array(z.object({ name: z.string(), state: z.string() })).default([]),
});
const peeringName = "servicenetworking-googleapis-com";

export function judgeNetwork({ project, name }: NetworkNeed, answer: Answer): Row {
  const need = `network ${name} of ${project}, open to Cloud SQL`;
  const range = `google-managed-services-${name}`;
  const make =
    `gcloud compute addresses create ${range} --global --purpose VPC_PEERING --prefix-length 16 --network ${name} --project ${project} && ` +
    `gcloud services vpc-peerings connect --service servicenetworking.googleapis.com --ranges ${range} --network ${name} --project ${project}`;
  if (statusOf(answer) === 404) {
    return missing(
      need,
      said(answer),
      `correct privateNetwork, or: gcloud compute networks create ${name} --project ${project}`,
    );
  }
  const found = read(answer, networkSchema);
  if (found === undefined) {
    const look = `gcloud services vpc-peerings list --network ${name} --project ${project}`;
    return notKnown(need, said(answer), `see for yourself: ${look}`);
  }
  const peering = found.peerings.find((one) => one.name === peeringName);
  if (peering === undefined) return missing(need, `has no peering ${peeringName}`, make);
  return peering.state === "ACTIVE"
    ? met(need, "peered with Google's services")
    : missing(need, `its peering ${peeringName} is ${peering.state}`, make);
}

const partSchema = z.object({ name: z.string(), address: z.string().optional() });

export function judgePart(part: BalancerPart, scope: Scope, place: Place, answer: Answer): Row {
  const where = scope === "global" ? "global" : place.region;
  const need = `${title(part)} (${where}, ${place.project})`;
  const found = read(answer, partSchema);
  if (found !== undefined) return met(need, found.address === undefined ? "there" : `there: ${found.address}`);
  return statusOf(answer) === 404
    ? missing(need, said(answer), createCommand(part, scope, place))
    : notKnown(need, said(answer), `see for yourself: ${describeCommand(part, scope, place)}`);
}

type Scope = NonNullable<ReturnType<typeof scopeOf>>;
