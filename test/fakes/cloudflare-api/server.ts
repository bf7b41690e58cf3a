/**
 * Plays the part of api.cloudflare.com on loopback, for Cloudflare's real provider: what of it a zone's records, rulesets and settings
 * need, as Cloudflare documents it; what is odd has its source beside it. Strict where the real one is known to be. What it cannot
 * prove: that Cloudflare takes the values, above all those of expressions.
 */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Asked, type Json, noRoute, page, type Reply, readAccount, refused, writeAccount } from "./account.ts";
import { recordsReply } from "./records.ts";
import { rulesetsReply } from "./rulesets.ts";
import { settingReply, totalTlsReply, zoneAnswer } from "./settings.ts";

const base = "/client/v4/";

export interface PlayedApi {
  /** What the provider takes for api.cloudflare.com/client/v4. */
  readonly url: string;
  readonly close: () => void;
}

/** `file` is what the account holds, which a test may write before and read after; nobody but `token` is let in. */
export async function playCloudflare(file: string, token: string): Promise<PlayedApi> {
  const server = createServer(async (request, response) => {
    const text = await textOf(request);
    const { status, body } = answer(file, token, request, text === "" ? undefined : JSON.parse(text));
    response.writeHead(status, { "content-type": "application/json" });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  });
  await listening(server);
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}${base.slice(0, -1)}`, close: () => server.close() };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
}

/** One request after another: the file is read and written in one go. */
function answer(
  file: string,
  token: string,
  { method = "", url = "", headers }: IncomingMessage,
  body: unknown,
): Reply {
  const { pathname, searchParams } = new URL(url, "http://127.0.0.1");
  const path = pathname.slice(base.length);
  const account = readAccount(file);
  const asked: Asked = { method, path: path.split("/").slice(2).join("/"), ...(body !== undefined && { body }) };
  // cloudflare/terraform-provider-cloudflare#2019.
  const stranger = headers.authorization !== `Bearer ${token}`;
  const reply = stranger
    ? refused(403, { code: 10000, message: "Authentication error" })
    : route(account.zones, method, path, searchParams, (body ?? {}) as Json);
  const zones = account.zones.map((zone) => (zone.id === reply.zone?.id ? reply.zone : zone));
  writeAccount(file, { ...account, zones, asked: [...account.asked, asked] });
  return reply;
}

type Zones = ReturnType<typeof readAccount>["zones"];

function route(zones: Zones, method: string, path: string, query: URLSearchParams, body: Json): Reply {
  const [zonesWord, zoneId, kind, ...rest] = path.split("/");
  if (zonesWord !== "zones") return noRoute(path);
  if (zoneId === undefined) {
    const name = query.get("name");
    return page(zones.filter((zone) => name === null || zone.name === name).map(zoneAnswer), query);
  }
  const zone = zones.find(({ id }) => id === zoneId);
  if (zone === undefined) return noRoute(path);
  switch (kind) {
    case undefined:
      return { status: 200, body: { result: zoneAnswer(zone), success: true, errors: [], messages: [] } };
    case "dns_records":
      return recordsReply(zone, method, rest[0], query, body);
    case "rulesets":
      return rulesetsReply(zone, method, rest, body);
    case "settings":
      return settingReply(zone, method, String(rest[0]), body);
    case "acm":
      return rest[0] === "total_tls" ? totalTlsReply(zone, method, body) : noRoute(path);
    default:
      return noRoute(path);
  }
}
