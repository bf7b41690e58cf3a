/** Checks that Google has what a stack's resources need, and the objects that they name but do not create. */
import type { Declared } from "../../render/synthesize.ts";
import { missing, notKnown, type Row } from "../row.ts";
import { type Answer, type Api, ask } from "./api.ts";
import { type BalancerPart, describeCommand, type Place, partPath, scopeOf, title } from "./google-balancer.ts";
import {
  judgeApis,
  judgeBucket,
  judgeNetwork,
  judgePart,
  judgePermissions,
  permissionsOf,
  projectNumber,
  said,
  wantsQuotaProject,
} from "./google-judge.ts";
import {
  type BucketNeed,
  type GoogleNeeds,
  googleNeedsOf,
  type NetworkNeed,
  type ProjectNeed,
} from "./google-needs.ts";

/** URLs of Google's APIs, without a trailing slash. */
export const googleUrls = {
  serviceUsage: "https://serviceusage.googleapis.com/v1",
  resourceManager: "https://cloudresourcemanager.googleapis.com/v1",
  storage: "https://storage.googleapis.com/storage/v1",
  compute: "https://compute.googleapis.com/compute/v1",
} as const;
export type GoogleUrls = Readonly<Record<keyof typeof googleUrls, string>>;

export interface GoogleOptions {
  /** Access token, as `googleToken` returns it. */
  readonly token: string | undefined;
  /** Why there is no token. @default "there are none" */
  readonly why?: string | undefined;
  /** The cluster's project, which no stack file contains: objects named by a Gateway are in it. @default unknown */
  readonly clusterProject?: string | undefined;
  /** The cluster's region. @default unknown */
  readonly region?: string | undefined;
  readonly urls?: GoogleUrls;
  readonly timeout?: number;
  readonly pause?: number;
}

/** Sends a request to one API about one project. */
type Ask = (api: keyof GoogleUrls, project: string, path: string, body?: object) => Promise<Answer>;

/** No rows for a stack without Google resources. Writes nothing, and no row contains the token. */
export async function askGoogle(declared: readonly Declared[], options: GoogleOptions): Promise<readonly Row[]> {
  const needs = googleNeedsOf(declared);
  if (Object.values(needs).every((list) => list.length === 0)) return [];
  const token = options.token?.trim() ?? "";
  const login =
    "gcloud auth application-default login, or name a key's file in GOOGLE_APPLICATION_CREDENTIALS, or set GOOGLE_OAUTH_ACCESS_TOKEN";
  if (token === "") return [notKnown("credentials for Google", options.why ?? "there are none", login)];
  const answers: Answer[] = [];
  const rows = await rowsFor(needs, options, asker(token, options, answers));
  // All requests share one token: an error about the token says nothing about the resources.
  const refused = answers.find((answer) => answer.kind === "answered" && answer.status === 401);
  return refused === undefined ? rows : [missing("credentials for Google", said(refused), login)];
}

/** @param answers collects all responses */
function asker(token: string, { urls = googleUrls, timeout, pause }: GoogleOptions, answers: Answer[]): Ask {
  return async (name, project, path, body) => {
    const api: Api = { url: urls[name], token, timeout, pause };
    const question = { path, ...(body !== undefined && { body }) };
    const first = await ask(api, question);
    const answer = wantsQuotaProject(first)
      ? await ask(api, { ...question, headers: { "x-goog-user-project": project } })
      : first;
    answers.push(answer);
    return answer;
  };
}

async function rowsFor(needs: GoogleNeeds, options: GoogleOptions, ask: Ask): Promise<readonly Row[]> {
  const [projects, networks, buckets, balancer] = await Promise.all([
    Promise.all(needs.projects.map((need) => askProject(need, ask))),
    Promise.all(needs.networks.map((need) => rowsOfNetwork(need, ask))),
    Promise.all(needs.buckets.map((need) => askBucket(need, needs, ask))),
    rowsOfBalancer(needs.balancer, options, ask),
  ]);
  const ofBuckets = buckets.map(({ need, answer }) => {
    const project = projects.find((one) => one.need.project === need.project);
    const number = project && projectNumber(project.services);
    const reads = project !== undefined && (permissionsOf(project.permissions) ?? []).includes("storage.buckets.get");
    return judgeBucket(need, answer, { number, reads });
  });
  return [
    ...projects.flatMap(({ need, services, permissions }) => [
      judgeApis(need, services),
      judgePermissions(need, permissions),
    ]),
    ...networks.flat(),
    ...ofBuckets,
    ...balancer,
  ];
}

async function askProject(need: ProjectNeed, ask: Ask) {
  const { project, apis, permissions: wanted } = need;
  // One request takes up to 30 of them (cloud.google.com/service-usage/docs/reference/rest/v1/services/batchGet).
  const names = apis.map((api) => `names=projects/${project}/services/${api}`).join("&");
  const [services, permissions] = await Promise.all([
    ask("serviceUsage", project, `/projects/${project}/services:batchGet?${names}`),
    ask("resourceManager", project, `/projects/${project}:testIamPermissions`, { permissions: wanted }),
  ]);
  return { need, services, permissions };
}

async function askBucket(need: BucketNeed, { projects }: GoogleNeeds, ask: Ask) {
  const payer = need.project ?? projects[0]?.project ?? "";
  return { need, answer: await ask("storage", payer, `/b/${encodeURIComponent(need.name)}?fields=projectNumber`) };
}

async function rowsOfNetwork(need: NetworkNeed, ask: Ask): Promise<readonly Row[]> {
  const { project, name, range } = need;
  const place: Place = { project, region: "" };
  const part: BalancerPart = { kind: "allocated range", name: range ?? "", className: undefined };
  const [network, found] = await Promise.all([
    ask("compute", project, `/projects/${project}/global/networks/${name}`),
    range === undefined ? undefined : ask("compute", project, partPath(part, "global", place)),
  ]);
  return [judgeNetwork(need, network), ...(found === undefined ? [] : [judgePart(part, "global", place, found)])];
}

async function rowsOfBalancer(
  parts: readonly BalancerPart[],
  { clusterProject, region }: GoogleOptions,
  ask: Ask,
): Promise<readonly Row[]> {
  const unknown = parts.filter((part) => !isPlaced(part, clusterProject, region));
  const place: Place = { project: clusterProject ?? "<project of the cluster>", region: region ?? "<its region>" };
  const placed = parts.flatMap((part) => {
    const scope = scopeOf(part);
    return scope === undefined || unknown.includes(part) ? [] : [{ part, scope }];
  });
  const rows = await Promise.all(
    placed.map(async ({ part, scope }) =>
      judgePart(part, scope, place, await ask("compute", place.project, partPath(part, scope, place))),
    ),
  );
  return [...rows, ...(unknown.length === 0 ? [] : [unplaced(unknown, place)])];
}

function isPlaced(part: BalancerPart, project: string | undefined, region: string | undefined): boolean {
  const scope = scopeOf(part);
  return scope !== undefined && project !== undefined && (scope === "global" || region !== undefined);
}

function unplaced(parts: readonly BalancerPart[], place: Place): Row {
  const commands = parts.map((part) => describeCommand(part, scopeOf(part) ?? "regional", place));
  const seen = `${parts.map(title).join(", ")}: not said in which project and region the cluster is, or the Gateway's class`;
  return notKnown("what Gateways name", seen, `see for yourself: ${commands.join("; ")}`);
}
