/** Values that Cloudflare's real provider was seen to refuse before it asks the API. */
import type { Failure } from "./inputs.ts";
import type { Inputs } from "./stand-in.ts";

/** What Pulumi sends for a value that is not known yet. */
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const allowed = {
  type: ["A", "AAAA", "CAA", "CNAME", "MX", "NS", "SRV", "TXT"],
  kind: ["custom", "managed", "root", "zone"],
  phase: [
    "http_ratelimit",
    "http_request_cache_settings",
    "http_request_dynamic_redirect",
    "http_request_firewall_custom",
  ],
  action: ["block", "redirect", "set_cache_settings"],
  mode: ["bypass_by_default", "override_origin", "respect_origin"],
  statusCode: [301, 302, 303, 307, 308],
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

export function recordFailures({ zoneId, type, content, data }: Inputs): readonly Failure[] {
  return [
    ...zoneFailures(zoneId),
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

function oneOf(property: string, value: unknown, values: readonly unknown[]): readonly Failure[] {
  if (value === undefined || value === unknown || values.includes(value)) return [];
  return [{ property, reason: `must be one of ${values.join(", ")}, got ${String(value)}` }];
}

function present(property: string, value: unknown): readonly Failure[] {
  return value === "" ? [{ property, reason: "must not be empty" }] : [];
}
