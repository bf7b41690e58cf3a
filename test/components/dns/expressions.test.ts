/** Cloudflare's own engine reads every expression, and each plan knows every field that its rules ask for. */
import { expect, test } from "vitest";
import { Plan } from "../../../components/dns/plans.ts";
import {
  cacheRules,
  canLimit,
  firewallRules,
  RateLimited,
  type Rule,
  rateLimitRules,
  redirectRules,
} from "../../../components/dns/rules.ts";
import { readExpressions } from "../../support/wirefilter.ts";

const hosts = ["data.example.org", "maps.example.org"];
const limit = { requests: 7, periodSeconds: 10, blockSeconds: 10 };
const expressionsOf = (rules: readonly Rule[]) => rules.map(({ expression }) => String(expression));
const limiting = (plan: Plan) => {
  const kinds = Object.values(RateLimited).filter((kind) => canLimit(plan, kind));
  return expressionsOf(rateLimitRules(hosts, plan, Object.fromEntries(kinds.map((kind) => [kind, limit]))));
};

test("Cloudflare's engine reads every expression, and knows every field in it", async () => {
  const redirects = redirectRules(new Map([["www.example.org", "data.example.org"]]));
  // An expression that makes a text is read where there is something to compare it with.
  const targets = redirects.map((rule) => {
    const { fromValue } = rule.actionParameters as { fromValue: { targetUrl: { expression: string } } };
    return `${fromValue.targetUrl.expression} eq ""`;
  });
  const expressions = [
    ...Object.values(Plan).flatMap(limiting),
    ...expressionsOf([...cacheRules(hosts), ...firewallRules(hosts), ...redirects]),
    ...targets,
  ];
  const read = await readExpressions(expressions);
  expect(expressions.filter((_, at) => read[at]?.error !== undefined)).toEqual([]);
  expect(read).toHaveLength(expressions.length);
});

test("it would say so if it did not", async () => {
  const [unknown, broken] = await readExpressions([
    'http.hosts eq "data.example.org"',
    "http.host in {data.example.org",
  ]);
  expect([unknown?.error, broken?.error]).toEqual([expect.stringContaining("unknown identifier"), expect.any(String)]);
});

/** Cloudflare's table "Availability" of its rate limiting rules; `cf.client.bot` is its Verified Bot. */
const free = ["cf.client.bot", "http.request.uri.path"];
const pro = [...free, "http.host"];
test.each([
  ["free", free],
  ["pro", pro],
  ["business", [...pro, "http.request.method"]],
  ["enterprise", [...pro, "http.request.method"]],
] as const)("Rate limits on the plan %s ask for what it knows, all of it", async (plan, known) => {
  const fields = (await readExpressions(limiting(plan))).flatMap(({ fields }) => fields);
  expect([...new Set(fields)].sort()).toEqual([...known].sort());
});
