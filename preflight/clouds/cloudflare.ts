/** Checks that Cloudflare has what the stack file names, and that the token has the permissions for a stack's resources. */
import type { Declared } from "../../render/synthesize.ts";
import { Finding, notKnown, type Row } from "../row.ts";
import { type Answer, type Api, ask } from "./api.ts";
import { judgeRight, mayRead, type Right, rightsOf } from "./cloudflare-rights.ts";
import { judgeToken, judgeZone, readZone, verified, type Zone, zonePath } from "./cloudflare-zone.ts";

export interface CloudflareOptions {
  /** CLOUDFLARE_API_TOKEN. */
  readonly token: string | undefined;
  /** The stack file's zone; none without `ckan:cloudflare`. */
  readonly zone: Zone | undefined;
  /** @default Cloudflare's own API */
  readonly url?: string;
  readonly timeout?: number;
  readonly pause?: number;
}

/** No rows for a stack without Cloudflare resources. Writes nothing, and no row contains the token. */
export async function askCloudflare(
  declared: readonly Declared[],
  { token, zone, url = "https://api.cloudflare.com/client/v4", ...limits }: CloudflareOptions,
): Promise<readonly Row[]> {
  const resources = declared.filter(({ type }) => type.startsWith("cloudflare:"));
  if (zone === undefined || resources.length === 0) return [];
  if (token === undefined || token.trim() === "") {
    const remedy = `make a token for ${zone.name} with the rights of docs/pipelines.md, and: export CLOUDFLARE_API_TOKEN=...`;
    return [notKnown("API token", "CLOUDFLARE_API_TOKEN is not set", remedy)];
  }
  return rows({ url, token: token.trim(), ...limits }, zone, rightsOf(resources));
}

async function rows(api: Api, zone: Zone, rights: readonly Right[]): Promise<readonly Row[]> {
  const [user, found] = await Promise.all([
    ask(api, { path: "/user/tokens/verify" }),
    ask(api, { path: zonePath(zone) }),
  ]);
  const read = readZone(found);
  const id = zone.zoneId ?? read?.id;
  const [account, answers] = await Promise.all([
    read === undefined || verified(user) !== undefined ? undefined : askAccount(api, read.account.id),
    Promise.all(rights.map((right) => (id === undefined ? [] : askFor(api, id, right)))),
  ]);
  const used = mayRead(found) || answers.flat().some(mayRead);
  const token = judgeToken(user, account, used);
  if (token.finding !== Finding.Met) {
    return [token, notKnown(`zone ${zone.name}, and rights in it`, "not to be asked", "see the row above")];
  }
  const judgedRights = rights.map((right, at) => judgeRight(right, zone.name, answers[at] ?? []));
  return [token, ...judgeZone(zone, found), ...(id === undefined ? [] : judgedRights)];
}

/** The other endpoint answers 401 for tokens that belong to an account (benvinegar/counterscale#268). */
function askAccount(api: Api, account: string): Promise<Answer> {
  return ask(api, { path: `/accounts/${account}/tokens/verify` });
}

function askFor(api: Api, zoneId: string, { paths }: Right): Promise<readonly Answer[]> {
  return Promise.all(paths.map((path) => ask(api, { path: `/zones/${zoneId}${path}` })));
}
