/** Values that Cloudflare's real provider was seen to refuse before it asks the API. */
import type { Failure } from "./inputs.ts";
import type { Inputs } from "./provider.ts";

/** What Pulumi sends for a value that is not known yet. */
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const allowed = {
  type: [
    "A",
    "AAAA",
    "CNAME",
    "MX",
    "NS",
    "OPENPGPKEY",
    "PTR",
    "TXT",
    "CAA",
    "CERT",
    "DNSKEY",
    "DS",
    "HTTPS",
    "LOC",
    "NAPTR",
    "SMIMEA",
    "SRV",
    "SSHFP",
    "SVCB",
    "TLSA",
    "URI",
  ],
  kind: ["custom", "managed", "root", "zone"],
  phase: [
    "ddos_l4",
    "ddos_l7",
    "http_config_settings",
    "http_custom_errors",
    "http_log_custom_fields",
    "http_ratelimit",
    "http_request_cache_settings",
    "http_request_dynamic_redirect",
    "http_request_firewall_custom",
    "http_request_firewall_managed",
    "http_request_late_transform",
    "http_request_origin",
    "http_request_redirect",
    "http_request_sanitize",
    "http_request_sbfm",
    "http_request_transform",
    "http_response_cache_settings",
    "http_response_compression",
    "http_response_firewall_managed",
    "http_response_headers_transform",
    "magic_transit",
    "magic_transit_ids_managed",
    "magic_transit_managed",
    "magic_transit_ratelimit",
  ],
  action: [
    "block",
    "challenge",
    "compress_response",
    "ddos_dynamic",
    "execute",
    "force_connection_close",
    "js_challenge",
    "log",
    "log_custom_field",
    "managed_challenge",
    "redirect",
    "rewrite",
    "route",
    "score",
    "serve_error",
    "set_cache_control",
    "set_cache_settings",
    "set_cache_tags",
    "set_config",
    "skip",
  ],
  mode: ["bypass_by_default", "override_origin", "respect_origin"],
  statusCode: [301, 302, 303, 307, 308],
  certificateAuthority: ["google", "lets_encrypt", "ssl_com"],
} as const;

interface Rule {
  readonly ref?: string;
  readonly expression?: string;
  readonly action?: string;
  readonly actionParameters?: {
    readonly cache?: boolean;
    readonly edgeTtl?: { readonly mode?: string };
    readonly fromValue?: { readonly statusCode?: number };
  };
}

/** Not its zone: that is for the API to refuse. */
export function recordFailures({ type, content, data }: Inputs): readonly Failure[] {
  return [
    ...oneOf("type", type, allowed.type),
    ...(content !== undefined && data !== undefined ? [{ property: "data", reason: "conflicts with content" }] : []),
  ];
}

export function rulesetFailures({ zoneId, name, kind, phase, rules = [] }: Inputs): readonly Failure[] {
  return [
    ...zoneFailures(zoneId),
    ...present("name", name),
    ...oneOf("kind", kind, allowed.kind),
    ...oneOf("phase", phase, allowed.phase),
    ...(rules as readonly Rule[]).flatMap(ruleFailures),
  ];
}

export function totalTlsFailures({ certificateAuthority }: Inputs): readonly Failure[] {
  return oneOf("certificateAuthority", certificateAuthority, allowed.certificateAuthority);
}

function ruleFailures({ ref, expression, action, actionParameters = {} }: Rule, position: number): readonly Failure[] {
  const at = (property: string) => `rules[${position}].${property}`;
  const { cache, edgeTtl, fromValue } = actionParameters;
  return [
    ...present(at("ref"), ref),
    ...present(at("expression"), expression),
    ...oneOf(at("action"), action, allowed.action),
    ...oneOf(at("actionParameters.edgeTtl.mode"), edgeTtl?.mode, allowed.mode),
    ...oneOf(at("actionParameters.fromValue.statusCode"), fromValue?.statusCode, allowed.statusCode),
    ...(cache !== undefined && action !== "set_cache_settings"
      ? [{ property: at("actionParameters.cache"), reason: `is not for the action ${action}` }]
      : []),
  ];
}

function zoneFailures(zoneId: unknown): readonly Failure[] {
  if (zoneId === unknown || /^[0-9a-f]{32}$/.test(String(zoneId))) return [];
  return [{ property: "zoneId", reason: "must be 32 hexadecimal digits" }];
}

/** In capitals or small letters. */
function oneOf(property: string, value: unknown, values: readonly unknown[]): readonly Failure[] {
  const same = (one: unknown) => String(one).toLowerCase() === String(value).toLowerCase();
  if (value === undefined || value === unknown || values.some(same)) return [];
  return [{ property, reason: `must be one of ${values.join(", ")}, got ${String(value)}` }];
}

function present(property: string, value: unknown): readonly Failure[] {
  return value === "" ? [{ property, reason: "must not be empty" }] : [];
}
