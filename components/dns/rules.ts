/**
 * Rules of a Cloudflare zone for its CKAN sites, one builder per phase. One rule serves all sites, because plans limit the number of
 * rules.
 */
import type { types } from "@pulumi/cloudflare";
import { type Plan, planLimits } from "./plans.ts";

export type Rule = types.input.RulesetRule;

/** What can be rate-limited, the most important first: a plan with few rules gets the first ones. */
export const RateLimited = {
  /** Dataset pages, facet by facet: the load that brings down most portals. */
  Crawlers: "crawlers",
  /** Password guessing. */
  Login: "login",
  /** Free SQL, the most expensive query of the API, where CKAN enables it. */
  Sql: "sql",
  /** Writes through the API. */
  Writes: "writes",
  /** Uploads, each of which costs disk space and a load. */
  Uploads: "uploads",
} as const;
export type RateLimited = (typeof RateLimited)[keyof typeof RateLimited];

export interface RateLimit {
  /** Requests from one address to one Cloudflare data centre. */
  readonly requests: number;
  /** Counting period, in seconds. */
  readonly periodSeconds: number;
  /** Block duration, in seconds. */
  readonly blockSeconds: number;
}

interface Limited {
  /** Without host and method. */
  readonly expression: string;
  /** Whether only POST is meant. where-possible: on a plan that cannot match the method, reading the form counts as well. */
  readonly post?: "always" | "where-possible";
  readonly limit: RateLimit;
}

const path = "http.request.uri.path";
const contains = (...parts: string[]) => parts.map((part) => `${path} contains "${part}"`).join(" or ");
const asksForPage = 'any(http.request.headers["accept"][*] contains "text/html")';
const method = (name: string) => `http.request.method eq "${name}"`;

/** A person's pace, with room for offices behind one address. The free plan gets a sixth of it, counted over 10 s. */
const limited: Readonly<Record<RateLimited, Limited>> = {
  crawlers: {
    expression: `(${contains("/dataset", "/organization", "/group")}) and not ${path} contains "/api/" and not cf.client.bot`,
    limit: perMinute(120, 60),
  },
  // A whole ministry may share one address on a Monday morning, and a long block would shut all of it out.
  login: { expression: contains("/user/login"), post: "where-possible", limit: perMinute(30, 60) },
  sql: { expression: contains("/action/datastore_search_sql"), limit: perMinute(30, 60) },
  writes: {
    // API searches are POST requests too, so only the action's name shows a write.
    expression: `(${contains("_create", "_update", "_patch", "_upsert", "_delete", "_purge")})`,
    post: "always",
    limit: perMinute(120, 60),
  },
  uploads: {
    expression: `(${contains("/action/resource_create", "/action/resource_update", "/resource/new", "/resource/")})`,
    post: "always",
    limit: perMinute(30, 60),
  },
};

function perMinute(requests: number, blockSeconds: number): RateLimit {
  return { requests, periodSeconds: 60, blockSeconds };
}

/** The plan's rate limits when the stack file sets none. `freeSql`: whether a site has the action datastore_search_sql. */
export function defaultRateLimits(plan: Plan, freeSql: boolean): Readonly<Partial<Record<RateLimited, RateLimit>>> {
  const { rules, periods, timeouts, method } = planLimits[plan];
  const possible = Object.values(RateLimited).filter(
    (kind) => canLimit(plan, kind) && (freeSql || kind !== RateLimited.Sql),
  );
  const longest = (allowed: readonly number[], wanted: number) =>
    Math.max(...allowed.filter((seconds) => seconds <= wanted));
  return Object.fromEntries(
    possible.slice(0, rules).map((kind) => {
      const { post, limit: told } = limited[kind];
      const { periodSeconds, blockSeconds } = told;
      // A login takes two requests: reading the form and sending it.
      const requests = post === "where-possible" && !method ? 2 * told.requests : told.requests;
      const period = longest(periods, periodSeconds);
      const limit: RateLimit = {
        requests: Math.max(Math.ceil((requests * period) / periodSeconds), 2),
        periodSeconds: period,
        blockSeconds: longest(timeouts, blockSeconds),
      };
      return [kind, limit];
    }),
  );
}

/** Rate limits from the stack file, then the plan's defaults that it does not turn off, up to the plan's number of rules. */
export function chosenRateLimits(
  plan: Plan,
  wanted: Readonly<Partial<Record<RateLimited, RateLimit | false | undefined>>>,
  freeSql: boolean,
): Readonly<Partial<Record<RateLimited, RateLimit>>> {
  const asked = Object.entries(wanted).filter(([, limit]) => typeof limit === "object");
  const others = Object.entries(defaultRateLimits(plan, freeSql)).filter(([kind]) => !(kind in wanted));
  return Object.fromEntries([...asked, ...others].slice(0, planLimits[plan].rules));
}

/** Whether the plan can match these requests. */
export function canLimit(plan: Plan, kind: RateLimited): boolean {
  return planLimits[plan].method || limited[kind].post !== "always";
}

/** Phase `http_ratelimit`. */
export function rateLimitRules(
  hosts: readonly string[],
  plan: Plan,
  limits: Readonly<Partial<Record<RateLimited, RateLimit>>>,
): readonly Rule[] {
  return Object.values(RateLimited).flatMap((kind) => {
    const limit = limits[kind];
    if (limit === undefined) return [];
    const { post } = limited[kind];
    const asked = planLimits[plan].method && post !== undefined ? `${method("POST")} and ` : "";
    const expression = `${asked}${limited[kind].expression}`;
    return {
      ref: `ckan-${kind}`,
      description: `CKAN: ${kind}, ${limit.requests} in ${limit.periodSeconds} s`,
      expression: planLimits[plan].host ? `${onHosts(hosts)} and (${expression})` : `(${expression})`,
      action: "block",
      ratelimit: {
        // Required by Cloudflare: it counts in each data centre separately.
        characteristics: ["cf.colo.id", "ip.src"],
        period: limit.periodSeconds,
        requestsPerPeriod: limit.requests,
        mitigationTimeout: limit.blockSeconds,
      },
      enabled: true,
    };
  });
}

/**
 * Phase `http_request_cache_settings`. Cloudflare applies every matching rule, and later ones override earlier ones: the last rule
 * excludes personal content, whatever the rules before it say.
 */
export function cacheRules(hosts: readonly string[]): readonly Rule[] {
  const rule = (name: string, expression: string, actionParameters: Rule["actionParameters"]): Rule => ({
    ref: `ckan-cache-${name}`,
    description: `CKAN: ${name}`,
    expression: `${onHosts(hosts)} and ${expression}`,
    action: "set_cache_settings",
    actionParameters,
    enabled: true,
  });
  const starting = (...prefixes: string[]) =>
    `(${prefixes.map((prefix) => `starts_with(${path}, "${prefix}")`).join(" or ")})`;
  return [
    // Asset names change with their content, so no release needs a purge. Other static files (/base/) keep their names; Cloudflare caches
    // them for as long as the site says: an hour.
    rule("assets", starting("/webassets/"), {
      cache: true,
      edgeTtl: {
        mode: "override_origin",
        default: 7 * 24 * 3600,
        // Pods of the previous release lack new assets: -1 is no-store (Cloudflare's "Cache by status code").
        statusCodeTtls: [{ statusCodeRange: { from: 400, to: 599 }, value: -1 }],
      },
      browserTtl: { mode: "respect_origin" },
    }),
    // Cached for as long as the site says (web.edgeCacheSeconds), which marks the same page for all anonymous visitors as public. Only
    // for requests that accept HTML: plugins answer others with other formats under the same path, and Cloudflare keeps one variant.
    rule("pages", `${method("GET")} and (${path} eq "/" or ${path} contains "/dataset") and ${asksForPage}`, {
      cache: true,
      edgeTtl: { mode: "bypass_by_default" },
      browserTtl: { mode: "respect_origin" },
    }),
    rule(
      "personal",
      '(http.cookie ne "" or any(http.request.headers.names[*] in {"authorization" "x-ckan-api-key"}))',
      { cache: false },
    ),
  ];
}

/** Phase `http_request_firewall_custom`: paths that CKAN does not have and only scanners request. */
export function firewallRules(hosts: readonly string[]): readonly Rule[] {
  const wanted = ["/.env", "/.git/", "/wp-login.php", "/wp-admin", "/xmlrpc.php", "/phpmyadmin"];
  return [
    {
      ref: "ckan-scanners",
      description: "CKAN: paths that only scanners ask for",
      expression: `${onHosts(hosts)} and (${contains(...wanted)})`,
      action: "block",
      enabled: true,
    },
  ];
}

/** Phase `http_request_dynamic_redirect`: redirects further names of a site to its host and keeps the path. */
export function redirectRules(redirects: ReadonlyMap<string, string>): readonly Rule[] {
  return [...redirects].map(([from, to]) => ({
    ref: `ckan-redirect-${from}`,
    description: `CKAN: ${from} is ${to}`,
    expression: `http.host eq "${from}"`,
    action: "redirect",
    actionParameters: {
      fromValue: {
        statusCode: 301,
        targetUrl: { expression: `concat("https://${to}", ${path})` },
        preserveQueryString: true,
      },
    },
    enabled: true,
  }));
}

function onHosts(hosts: readonly string[]): string {
  return `http.host in {${hosts.map((host) => `"${host}"`).join(" ")}}`;
}
