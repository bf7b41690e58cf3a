/** What holds for a zone as a whole: the zone itself, its settings, its certificates. */
import { found, type Json, noRoute, type Reply, refused, type Zone } from "./account.ts";

/** What a new zone has, of the settings that the project changes. */
const defaults: Json = { ssl: "full", min_tls_version: "1.0", always_use_https: "off", tls_client_auth: "off" };

export function settingReply(zone: Zone, method: string, name: string, { value }: Json): Reply {
  // cloudflare/terraform-provider-cloudflare#1787.
  if (!(name in defaults)) return refused(400, { code: 1006, message: `Unrecognized zone setting name: ${name}` });
  const answer = (of: Zone) =>
    found({ id: name, value: of.settings[name] ?? defaults[name], editable: true, modified_on: null });
  if (method === "GET") return answer(zone);
  if (method !== "PATCH") return noRoute(`zones/${zone.id}/settings/${name}`);
  const changed = { ...zone, settings: { ...zone.settings, [name]: value } };
  return { ...answer(changed), zone: changed };
}

export function totalTlsReply(zone: Zone, method: string, body: Json): Reply {
  const answer = ({ totalTls }: Zone) => found({ certificate_authority: "google", validity_period: 90, ...totalTls });
  if (method === "GET") return answer(zone);
  if (method !== "POST") return noRoute(`zones/${zone.id}/acm/total_tls`);
  const changed = { ...zone, totalTls: { ...zone.totalTls, ...body } };
  return { ...answer(changed), zone: changed };
}

export function zoneAnswer({ id, name, plan }: Zone): Json {
  return {
    id,
    name,
    status: "active",
    paused: false,
    type: "full",
    development_mode: 0,
    name_servers: ["ada.ns.cloudflare.com", "lee.ns.cloudflare.com"],
    original_name_servers: null,
    account: { id: "a".repeat(32), name: "CKAN" },
    owner: { id: null, type: "user", email: null },
    plan: { id: "b".repeat(32), name: plan, legacy_id: plan, price: 0, currency: "USD", is_subscribed: true },
    permissions: ["#zone:read", "#zone:edit"],
    created_on: "2026-01-01T00:00:00Z",
    modified_on: "2026-01-01T00:00:00Z",
    activated_on: "2026-01-01T00:00:00Z",
  };
}
