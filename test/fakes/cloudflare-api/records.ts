/** The records of a zone, with the refusals that Cloudflare's API is known for. */
import { randomUUID } from "node:crypto";
import { type ApiError, found, type Json, noRoute, page, type Reply, refused, type Zone } from "./account.ts";

const addresses = ["A", "AAAA", "CNAME"];
const automatic = 1;

export function recordsReply(zone: Zone, method: string, id: string | undefined, query: URLSearchParams, body: Json) {
  if (id === undefined) {
    if (method === "GET") return listRecords(zone, query);
    return method === "POST" ? saveRecord(zone, {}, body) : noRoute(`zones/${zone.id}/dns_records`);
  }
  const before = zone.records.find((one) => one["id"] === id);
  // zanjie1999/cloudflare-api-v4-ddns#5. A deletion of what is gone is no exception.
  if (before === undefined) return refused(404, { code: 81044, message: "Record does not exist." });
  switch (method) {
    case "GET":
      return found(before);
    case "PUT":
      // The record as a whole; only its id and its birth stay.
      return saveRecord(zone, { id, created_on: before["created_on"] }, body);
    case "PATCH":
      return saveRecord(zone, before, body);
    case "DELETE":
      return { ...found({ id }), zone: withRecords(zone, without(zone, id)) };
    default:
      return noRoute(`zones/${zone.id}/dns_records/${id}`);
  }
}

function listRecords(zone: Zone, query: URLSearchParams): Reply {
  const filters = ["name", "type", "content", "comment"].flatMap((property) => {
    const wanted = query.get(`${property}.exact`) ?? query.get(property);
    return wanted === null ? [] : [[property, wanted] as const];
  });
  return page(
    zone.records.filter((record) => filters.every(([property, wanted]) => record[property] === wanted)),
    query,
  );
}

function saveRecord(zone: Zone, before: Json, body: Json): Reply {
  const given = { proxied: false, tags: [], settings: {}, comment: null, ...before, ...body };
  const record = completed(zone, given, body);
  const others = without(zone, String(before["id"]));
  const error = invalid(record) ?? conflict(record, others);
  return error === undefined ? { ...found(record), zone: withRecords(zone, [...others, record]) } : refused(400, error);
}

/** What Cloudflare makes of it. */
function completed(zone: Zone, given: Json, body: Json): Json {
  const now = new Date().toISOString();
  const { type, name, comment, tags, settings, data } = given;
  const proxied = given["proxied"] === true;
  return {
    id: randomUUID().replaceAll("-", ""),
    ...given,
    name: fullName(String(name), zone.name),
    content: contentOf(given),
    ...(data !== undefined && { data }),
    proxied,
    proxiable: addresses.includes(String(type)),
    // Silently, and not as it was asked (cloudflare/terraform-provider-cloudflare#126, StackExchange/dnscontrol#489).
    ttl: proxied ? automatic : (body["ttl"] ?? given["ttl"] ?? automatic),
    settings: settings ?? {},
    tags: tags ?? [],
    meta: {},
    comment: comment ?? null,
    ...(comment !== null && comment !== undefined && comment !== "" && { comment_modified_on: now }),
    created_on: given["created_on"] ?? now,
    modified_on: now,
  };
}

/** Names are returned in full, whatever was asked for; @ is the zone. */
function fullName(name: string, zone: string): string {
  if (name === "@" || name === zone) return zone;
  return name.endsWith(`.${zone}`) ? name : `${name}.${zone}`;
}

function contentOf({ type, content, data }: Json): unknown {
  if (type === "CAA" && typeof data === "object" && data !== null) {
    const { flags, tag, value } = data as Json;
    return `${flags} ${tag} "${value}"`;
  }
  // Not everybody has seen it do so: cloudflare/terraform-provider-cloudflare#4650 has, go-acme/lego#2521 has not.
  if (type === "TXT" && !String(content).startsWith('"')) return JSON.stringify(content);
  return content;
}

function invalid({ type, ttl, proxied, proxiable }: Json): ApiError | undefined {
  // hashicorp/terraform#11991.
  if (proxied === true && proxiable === false)
    return validation(9004, `This kind of record (${type}) cannot be proxied`);
  const seconds = Number(ttl);
  if (seconds === automatic || (seconds >= 60 && seconds <= 86_400)) return undefined;
  // timothymiller/cloudflare-ddns#179.
  return validation(9021, "TTL must be between 60 and 86400 seconds, or 1 for Automatic.");
}

function validation(code: number, message: string): ApiError {
  return { code: 1004, message: "DNS Validation Error", error_chain: [{ code, message }] };
}

/** A name has addresses or another name ("Records with the same name" in Cloudflare's documentation), and nothing twice. */
function conflict({ type, name, content }: Json, others: readonly Json[]): ApiError | undefined {
  const types = others.filter((one) => one["name"] === name).map((one) => String(one["type"]));
  if (type === "CNAME" && types.some((other) => addresses.includes(other))) {
    // cloudflare/terraform-provider-cloudflare#1247.
    return { code: 81053, message: "An A, AAAA, or CNAME record with that host already exists." };
  }
  if (addresses.includes(String(type)) && types.includes("CNAME")) {
    // favonia/cloudflare-ddns#990.
    return { code: 81054, message: "A CNAME record with that host already exists." };
  }
  const same = others.some((one) => one["name"] === name && one["type"] === type && one["content"] === content);
  // jeessy2/ddns-go#1378.
  return same ? { code: 81058, message: "An identical record already exists." } : undefined;
}

function without({ records }: Zone, id: string): readonly Json[] {
  return records.filter((one) => one["id"] !== id);
}

function withRecords(zone: Zone, records: readonly Json[]): Zone {
  return { ...zone, records };
}
