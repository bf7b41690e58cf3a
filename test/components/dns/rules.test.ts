import { describe, expect, test } from "vitest";
import { Plan, planLimits } from "../../../components/dns/plans.ts";
import {
  cacheRules,
  chosenRateLimits,
  defaultRateLimits,
  firewallRules,
  RateLimited,
  rateLimitRules,
  redirectRules,
} from "../../../components/dns/rules.ts";

const hosts = ["data.example.org", "maps.example.org"];
const limit = { requests: 7, periodSeconds: 10, blockSeconds: 10 };
const onHosts = 'http.host in {"data.example.org" "maps.example.org"}';

describe("Rate limits", () => {
  test.each([
    ["free", { crawlers: { requests: 20, periodSeconds: 10, blockSeconds: 10 } }],
    [
      "pro",
      {
        crawlers: { requests: 120, periodSeconds: 60, blockSeconds: 60 },
        login: { requests: 60, periodSeconds: 60, blockSeconds: 60 },
      },
    ],
    [
      "business",
      {
        crawlers: { requests: 120, periodSeconds: 60, blockSeconds: 60 },
        login: { requests: 30, periodSeconds: 60, blockSeconds: 60 },
        writes: { requests: 120, periodSeconds: 60, blockSeconds: 60 },
        uploads: { requests: 30, periodSeconds: 60, blockSeconds: 60 },
      },
    ],
  ] as const)("on the plan %s are the most important that it allows", (plan, limits) => {
    expect(defaultRateLimits(plan, false)).toEqual(limits);
  });

  test("of free SQL are there where a site has that action, before those of changes", () => {
    const kinds = Object.keys(defaultRateLimits("business", true));
    expect(kinds).toEqual(["crawlers", "login", "sql", "writes", "uploads"]);
    expect(Object.keys(defaultRateLimits("pro", true))).toEqual(["crawlers", "login"]);
  });

  test.each(Object.values(Plan))("that are the default are none that the plan %s refuses", (plan) => {
    const { rules, periods, timeouts } = planLimits[plan];
    const limits = Object.values(defaultRateLimits(plan, true));
    expect(limits.length).toBeLessThanOrEqual(rules);
    expect(limits.filter(({ periodSeconds }) => !periods.includes(periodSeconds))).toEqual([]);
    expect(limits.filter(({ blockSeconds }) => !timeouts.includes(blockSeconds))).toEqual([]);
  });

  test.each([
    ["nothing said", {}, ["crawlers", "login"]],
    ["one turned off", { login: false }, ["crawlers"]],
    ["another one asked for", { sql: limit }, ["sql", "crawlers"]],
    ["a default with other numbers", { login: limit }, ["login", "crawlers"]],
  ] as const)("on the plan pro, with %s, are as many as it takes", (_name, wanted, kinds) => {
    const chosen = chosenRateLimits("pro", wanted, false);
    expect(Object.keys(chosen)).toEqual(kinds);
    expect(Object.entries(wanted).filter(([kind, asked]) => asked && chosen[kind as RateLimited] !== asked)).toEqual(
      [],
    );
  });

  test("are one rule for all sites, counted by address and data centre", () => {
    const login = { requests: 10, periodSeconds: 60, blockSeconds: 600 };
    expect(rateLimitRules(hosts, "pro", { login })).toEqual([
      {
        ref: "ckan-login",
        description: "CKAN: login, 10 in 60 s",
        expression: `${onHosts} and (http.request.uri.path contains "/user/login")`,
        action: "block",
        ratelimit: {
          characteristics: ["cf.colo.id", "ip.src"],
          period: 60,
          requestsPerPeriod: 10,
          mitigationTimeout: 600,
        },
        enabled: true,
      },
    ]);
  });

  test("of logins count what is sent, where the plan knows methods", () => {
    const login = { requests: 10, periodSeconds: 60, blockSeconds: 60 };
    const [rule] = rateLimitRules(hosts, "business", { login });
    expect(rule?.expression).toBe(
      `${onHosts} and (http.request.method eq "POST" and http.request.uri.path contains "/user/login")`,
    );
  });

  test("ask for no host on the free plan, which has no such field, and for no method on any plan without", () => {
    for (const plan of ["free", "pro"] as const) {
      const limits = defaultRateLimits(plan, true);
      const expressions = rateLimitRules(hosts, plan, limits).map(({ expression }) => expression);
      expect(expressions.filter((expression) => String(expression).includes("http.request.method"))).toEqual([]);
      expect(expressions.every((expression) => String(expression).includes("http.host"))).toBe(plan === "pro");
    }
  });

  test("of writes and uploads are about POST: reading by POST is the API's habit", () => {
    const limits = defaultRateLimits("business", false);
    const { writes, uploads } = limits;
    const rules = rateLimitRules(hosts, "business", {
      ...(writes !== undefined && { writes }),
      ...(uploads !== undefined && { uploads }),
    });
    expect(rules.map(({ ref }) => ref)).toEqual(
      [RateLimited.Writes, RateLimited.Uploads].map((kind) => `ckan-${kind}`),
    );
    expect(rules.every(({ expression }) => String(expression).includes('http.request.method eq "POST"'))).toBe(true);
    expect(rules.some(({ expression }) => /package_search|datastore_search/.test(String(expression)))).toBe(false);
  });
});

describe("Cache rules", () => {
  const rules = cacheRules(hosts);

  test("keep what belongs to one person out, last, so that no rule before it counts", () => {
    const last = rules.at(-1);
    expect(last?.actionParameters).toEqual({ cache: false });
    expect(last?.expression).toBe(
      `${onHosts} and (http.cookie ne "" or any(http.request.headers.names[*] in {"authorization" "x-ckan-api-key"}))`,
    );
  });

  test("keep pages only for those who ask for pages: other formats have the same path", () => {
    const [, pages] = rules;
    expect(pages?.expression).toContain('and any(http.request.headers["accept"][*] contains "text/html")');
  });

  test("keep no static file whose name says nothing of its content: Cloudflare's own rule keeps it as long as the site says", () => {
    expect(JSON.stringify(rules)).not.toContain("/base/");
  });

  test("keep assets for a week but not their absence, and pages as long as CKAN calls them public", () => {
    expect(rules.slice(0, -1).map(({ ref, actionParameters }) => [ref, actionParameters])).toEqual([
      [
        "ckan-cache-assets",
        {
          cache: true,
          edgeTtl: {
            mode: "override_origin",
            default: 604_800,
            statusCodeTtls: [{ statusCodeRange: { from: 400, to: 599 }, value: -1 }],
          },
          browserTtl: { mode: "respect_origin" },
        },
      ],
      [
        "ckan-cache-pages",
        { cache: true, edgeTtl: { mode: "bypass_by_default" }, browserTtl: { mode: "respect_origin" } },
      ],
    ]);
  });
});

test("What only scanners ask for is blocked on every site", () => {
  expect(
    firewallRules(hosts).map(({ action, expression }) => [action, String(expression).startsWith(onHosts)]),
  ).toEqual([["block", true]]);
});

test("A further name leads to the site's own, with path and query", () => {
  const [rule] = redirectRules(new Map([["www.example.org", "data.example.org"]]));
  expect(rule).toEqual({
    ref: "ckan-redirect-www.example.org",
    description: "CKAN: www.example.org is data.example.org",
    expression: 'http.host eq "www.example.org"',
    action: "redirect",
    actionParameters: {
      fromValue: {
        statusCode: 301,
        targetUrl: { expression: 'concat("https://data.example.org", http.request.uri.path)' },
        preserveQueryString: true,
      },
    },
    enabled: true,
  });
});
