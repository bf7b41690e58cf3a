/**
 * Questions to Cloudflare, against an API on loopback. Shapes of answers: developers.cloudflare.com/api ("Verify Token", "List Zones",
 * "Get zone setting", "Total TLS Settings Details"); of refusals, by the public report beside each.
 */
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { askCloudflare, type CloudflareOptions } from "../../preflight/clouds/cloudflare.ts";
import { met, missing, notKnown, type Row } from "../../preflight/row.ts";
import { synthesizeStack } from "../../render/stack.ts";
import type { Declared } from "../../render/synthesize.ts";
import { Peer, type Reply, token, withoutToken } from "./peer.ts";

let prod: readonly Declared[];
let staging: readonly Declared[];
let peer: Peer;
beforeAll(async () => {
  prod = await synthesizeStack("prod");
  staging = await synthesizeStack("staging");
});
beforeEach(async () => {
  peer = new Peer();
  await peer.start();
  for (const [path, result] of Object.entries(answers)) peer.replies.set(`GET ${path}`, ok(result));
});
afterEach(() => peer.stop());

const zoneId = "023e105f4ecef8ad9ca31a8372d0c353";
const accountId = "01a7362d577a6c3019a474fd6f485823";
const zone = {
  id: zoneId,
  name: "example.org",
  status: "active",
  paused: false,
  type: "full",
  development_mode: 0,
  name_servers: ["bob.ns.cloudflare.com", "lola.ns.cloudflare.com"],
  account: { id: accountId, name: "Example" },
  plan: { id: "1", name: "Pro Website", price: 25, currency: "USD", is_subscribed: true, legacy_id: "pro" },
};
const user = "/user/tokens/verify";
const account = `/accounts/${accountId}/tokens/verify`;
const byName = "/zones?name=example.org";
const below = `/zones/${zoneId}`;
const entrypoint = (phase: string) => `${below}/rulesets/phases/${phase}/entrypoint`;
const setting = (id: string, editable = true) => ({ id, value: "on", editable, modified_on: null });
const ruleset = (phase: string) => ({ id: "2f2feab2026849078ba485f918791bdc", kind: "zone", name: "default", phase });

/** Result of each question that is answered. */
const answers: Readonly<Record<string, unknown>> = {
  [user]: { id: "ed17574386854bf78a67040be0a770b0", status: "active", expires_on: "2027-01-01T00:00:00Z" },
  [byName]: [zone],
  [below]: zone,
  [`${below}/dns_records?per_page=5`]: [],
  [entrypoint("http_ratelimit")]: ruleset("http_ratelimit"),
  [entrypoint("http_request_cache_settings")]: ruleset("http_request_cache_settings"),
  [entrypoint("http_request_firewall_custom")]: ruleset("http_request_firewall_custom"),
  [entrypoint("http_request_dynamic_redirect")]: ruleset("http_request_dynamic_redirect"),
  [`${below}/settings/always_use_https`]: setting("always_use_https"),
  [`${below}/settings/min_tls_version`]: setting("min_tls_version"),
  [`${below}/settings/ssl`]: setting("ssl"),
  [`${below}/settings/tls_client_auth`]: setting("tls_client_auth"),
};

function ok(result: unknown): Reply {
  return [200, { result, success: true, errors: [], messages: [] }];
}
function refusal(status: number, ...errors: readonly object[]): Reply {
  return [status, { result: null, success: false, errors, messages: [] }];
}
/** cloudflare/terraform-provider-cloudflare#1533. */
const noRight = refusal(403, { code: 10000, message: "Authentication error" });
/** sendmebits/ghostmail-ios#2, benvinegar/counterscale#268: 401, also to a token that belongs to an account. */
const unknownToken = refusal(401, { code: 1000, message: "Invalid API Token" });

function askFor(declared: readonly Declared[], options: Partial<CloudflareOptions> = {}): Promise<readonly Row[]> {
  const named = { name: "example.org", plan: "pro" } as const;
  return askCloudflare(declared, { token, zone: named, url: peer.url, pause: 1, ...options }).then(withoutToken);
}

/** A stack with one resource at Cloudflare. */
function oneOf(type: string): readonly Declared[] {
  return staging.filter((one) => one.type.startsWith("cloudflare:")).map((one) => ({ ...one, type }));
}

const reads = "may read; whether it may edit shows only an up";
const right = (name: string) => `right ${name} in example.org`;
const rightRemedy = (name: string) =>
  `give the token the right ${name} for example.org: Read for previews, Edit for an up (docs/pipelines.md)`;
const again = "run it again once the API can be reached";
const anotherToken = "make another token, and: export CLOUDFLARE_API_TOKEN=...";
const fine = {
  token: met("API token", "active until 2027-01-01T00:00:00Z"),
  zone: met("zone example.org", "active"),
  plan: met("plan pro of example.org", "pro"),
  cache: met(right("Cache Rules"), reads),
  dns: met(right("DNS"), reads),
  redirect: met(right("Single Redirect"), reads),
  settings: met(right("Zone Settings"), reads),
  waf: met(right("Zone WAF"), reads),
};
/** Every row of prod, with other ones in their places. */
const rowsOfProd = (other: Partial<typeof fine> = {}) => Object.values({ ...fine, ...other });
/** Nothing more can be asked with a token that is refused. */
const notAsked = notKnown("zone example.org, and rights in it", "not to be asked", "see the row above");

describe("A stack whose needs are met", () => {
  test("has a row for the token, the zone, its plan and each right that its resources need", async () => {
    expect(await askFor(prod)).toEqual(rowsOfProd());
    expect(new Set(peer.asked.map(({ line }) => line)).size).toBe(peer.asked.length);
  });

  test("is asked for no right that its resources do not need", async () => {
    expect(await askFor(staging)).toEqual([fine.token, fine.zone, fine.plan, fine.dns]);
    expect(peer.asked.map(({ line }) => line).sort()).toEqual(
      [byName, user, `${below}/dns_records?per_page=5`].map((path) => `GET ${path}`).sort(),
    );
  });

  test("may have a phase without any ruleset", async () => {
    const message = "could not find entrypoint ruleset in the http_ratelimit phase";
    // ibm-mas/ansible-devops#2403.
    peer.replies.set(`GET ${entrypoint("http_ratelimit")}`, refusal(404, { code: 10003, message }));
    expect(await askFor(prod)).toEqual(rowsOfProd());
  });

  test("may be on a greater plan than it says", async () => {
    peer.replies.set(`GET ${byName}`, ok([{ ...zone, plan: { legacy_id: "business" } }]));
    const plan = met("plan pro of example.org", "business, which is more");
    expect(await askFor(prod)).toEqual(rowsOfProd({ plan }));
  });

  test("may have its token from an account, where it is verified at another address", async () => {
    peer.replies.set(`GET ${user}`, unknownToken);
    peer.replies.set(`GET ${account}`, ok({ id: "ed17574386854bf78a67040be0a770b0", status: "active" }));
    const own = met("API token", "active; belongs to the account");
    expect(await askFor(prod)).toEqual(rowsOfProd({ token: own }));
  });

  test("may have a token that is verified nowhere, and reads", async () => {
    peer.replies.set(`GET ${user}`, unknownToken);
    peer.replies.set(`GET ${account}`, unknownToken);
    expect(await askFor(prod)).toEqual(rowsOfProd({ token: met("API token", "could not be verified, but reads") }));
  });

  test("does without the right to read zones where the id is written, and nobody knows the plan", async () => {
    peer.replies.set(`GET ${user}`, unknownToken);
    peer.replies.set(`GET ${below}`, noRight);
    const remedy = "give the token the right Zone: Read for example.org (docs/pipelines.md)";
    expect(await askFor(staging, { zone: { name: "example.org", plan: "pro", zoneId } })).toEqual([
      met("API token", "could not be verified, but reads"),
      notKnown("zone example.org", "Authentication error (10000)", remedy),
      fine.dns,
    ]);
  });
});

describe("A token", () => {
  test("that is not there is said to be missing, and nobody is asked", async () => {
    const remedy =
      "make a token for example.org with the rights of docs/pipelines.md, and: export CLOUDFLARE_API_TOKEN=...";
    const row = notKnown("API token", "CLOUDFLARE_API_TOKEN is not set", remedy);
    expect(await askFor(prod, { token: undefined })).toEqual([row]);
    expect(await askFor(prod, { token: " \n" })).toEqual([row]);
    expect(peer.asked).toEqual([]);
  });

  test("of a stack without Cloudflare is not looked for", async () => {
    expect(await askFor(await synthesizeStack("dev"), { token: undefined })).toEqual([]);
    expect(await askFor(prod, { zone: undefined })).toEqual([]);
  });

  test("that is refused everywhere hides what else is missing", async () => {
    peer.replies.clear();
    peer.others = noRight;
    peer.replies.set(`GET ${user}`, unknownToken);
    const refused = missing("API token", "Invalid API Token (1000)", anotherToken);
    expect(await askFor(prod)).toEqual([refused, notAsked]);
    expect(await askFor(prod, { zone: { name: "example.org", plan: "pro", zoneId } })).toEqual([refused, notAsked]);
  });

  test("that is no token is refused with the reason below the error", async () => {
    // jeessy2/ddns-go#81.
    const chain = [{ code: 6111, message: "Invalid format for Authorization header" }];
    peer.replies.clear();
    peer.others = refusal(400, { code: 6003, message: "Invalid request headers", error_chain: chain });
    const seen = "Invalid request headers (6003); Invalid format for Authorization header (6111)";
    expect(await askFor(prod)).toEqual([missing("API token", seen, anotherToken), notAsked]);
  });

  test("that has run out is said so", async () => {
    peer.replies.set(`GET ${user}`, ok({ id: "ed17574386854bf78a67040be0a770b0", status: "expired" }));
    expect(await askFor(prod)).toEqual([missing("API token", "is expired", anotherToken), notAsked]);
  });

  test("that no header can hold is in no row", async () => {
    const seen = `${peer.url} is not to be reached (TypeError)`;
    expect(await askFor(prod, { token: `${token}\n${token}` })).toEqual([notKnown("API token", seen, again), notAsked]);
  });

  test("that an API repeats is in no row", async () => {
    peer.replies.set(`GET ${below}/dns_records?per_page=5`, refusal(403, { code: 9109, message: `no ${token}` }));
    expect(await askFor(staging)).toContainEqual(missing(right("DNS"), "no [token] (9109)", rightRemedy("DNS")));
  });
});

describe("A zone", () => {
  const judged = async (found: unknown) => {
    peer.replies.set(`GET ${byName}`, ok(found));
    return (await askFor(staging)).slice(1);
  };

  test("that the token does not see is missing, and no right in it can be asked for", async () => {
    const remedy =
      "add the zone at Cloudflare, or give the token the right Zone: Read for example.org (docs/pipelines.md)";
    expect(await judged([])).toEqual([
      missing("zone example.org", "no zone of this name that the token may see", remedy),
    ]);
  });

  test("that the token may not look for is missing", async () => {
    peer.replies.set(`GET ${byName}`, noRight);
    const remedy = "give the token the right Zone: Read for example.org (docs/pipelines.md)";
    expect(await askFor(staging)).toEqual([
      fine.token,
      missing("zone example.org", "Authentication error (10000)", remedy),
    ]);
  });

  test("whose name several have needs its id", async () => {
    const seen = `several zones have the name: ${zoneId}, other`;
    expect(await judged([zone, { ...zone, id: "other" }])).toEqual([
      missing("zone example.org", seen, "write the zoneId of one in ckan:cloudflare"),
    ]);
  });

  test("that is not active yet needs Cloudflare's servers at the registrar", async () => {
    const remedy = "name Cloudflare's servers at the domain's registrar: bob.ns.cloudflare.com, lola.ns.cloudflare.com";
    expect(await judged([{ ...zone, status: "pending" }])).toEqual([
      missing("zone example.org", "is pending, not active", remedy),
      fine.plan,
      fine.dns,
    ]);
  });

  test("that is paused has no rules", async () => {
    const seen = "is paused: Cloudflare answers for names only";
    expect(await judged([{ ...zone, paused: true }])).toEqual([
      missing("zone example.org", seen, "resume it at Cloudflare (Overview)"),
      fine.plan,
      fine.dns,
    ]);
  });

  test("of another name than its id has is refused", async () => {
    peer.replies.set(`GET ${below}`, ok({ ...zone, name: "example.net" }));
    const remedy = "correct zone or zoneId in ckan:cloudflare";
    expect(await askFor(staging, { zone: { name: "example.org", plan: "pro", zoneId } })).toEqual([
      fine.token,
      missing("zone example.org", `the zone ${zoneId} is example.net`, remedy),
      fine.plan,
      fine.dns,
    ]);
  });

  test.each([
    ["free", missing("plan pro of example.org", "has free", "")],
    ["partners_pro", notKnown("plan pro of example.org", "has the plan partners_pro, of which nothing is known", "")],
  ])("on the plan %s has not what the stack file says", async (legacy_id, row) => {
    const remedy = "write in ckan:cloudflare the plan that example.org has, or get it pro";
    expect(await judged([{ ...zone, plan: { legacy_id } }])).toEqual([fine.zone, { ...row, remedy }, fine.dns]);
  });
});

describe("A right", () => {
  test.each([
    ["dns", "DNS", `${below}/dns_records?per_page=5`],
    ["cache", "Cache Rules", entrypoint("http_request_cache_settings")],
    ["waf", "Zone WAF", entrypoint("http_ratelimit")],
    ["waf", "Zone WAF", entrypoint("http_request_firewall_custom")],
    ["redirect", "Single Redirect", entrypoint("http_request_dynamic_redirect")],
    ["settings", "Zone Settings", `${below}/settings/ssl`],
  ])("that is missing is named: %s, %s", async (row, name, path) => {
    peer.replies.set(`GET ${path}`, noRight);
    const lacking = missing(right(name), "Authentication error (10000)", rightRemedy(name));
    expect(await askFor(prod)).toEqual(rowsOfProd({ [row]: lacking }));
  });

  test("to rulesets is also refused without a number", async () => {
    // cloudflare/cloudflare-docs#22808.
    peer.replies.set(`GET ${entrypoint("http_ratelimit")}`, refusal(403, { message: "request is not authorized" }));
    const waf = missing(right("Zone WAF"), "request is not authorized", rightRemedy("Zone WAF"));
    expect(await askFor(prod)).toEqual(rowsOfProd({ waf }));
  });

  test("does not help where the plan has a setting fixed", async () => {
    peer.replies.set(`GET ${below}/settings/tls_client_auth`, ok(setting("tls_client_auth", false)));
    const seen = "may read, but the zone's plan has these settings fixed: tls_client_auth";
    const remedy = "take zoneSettings out of ckan:cloudflare, or get the zone another plan";
    expect(await askFor(prod)).toEqual(rowsOfProd({ settings: missing(right("Zone Settings"), seen, remedy) }));
  });

  describe("to Total TLS", () => {
    const named = right("SSL and Certificates");
    const ask = async (reply: Reply) => {
      peer.replies.set(`GET ${below}/acm/total_tls`, reply);
      return (await askFor(oneOf("cloudflare:index/totalTls:TotalTls"))).at(-1);
    };

    test("is asked for where a stack turns it on", async () => {
      expect(await ask(ok({ enabled: false }))).toEqual(met(named, reads));
      expect(await ask(noRight)).toEqual(
        missing(named, "Authentication error (10000)", rightRemedy("SSL and Certificates")),
      );
    });

    test("does not help without the add-on", async () => {
      // cloudflare/terraform-provider-cloudflare#3126.
      const message = "This feature is available with the Advanced Certificate Manager.";
      const remedy = "buy the add-on Advanced Certificate Manager for example.org, or write another edgeCertificates";
      expect(await ask(refusal(403, { code: 1450, message }))).toEqual(missing(named, `${message} (1450)`, remedy));
    });
  });

  test("of a resource that nobody thought of is not known", async () => {
    expect((await askFor(oneOf("cloudflare:index/list:List"))).at(-1)).toEqual(
      notKnown(
        "right for cloudflare:index/list:List in example.org",
        "nothing that reads with it is known",
        "only an up shows it",
      ),
    );
  });
});

describe("An API", () => {
  test("that is broken once is asked again", async () => {
    peer.troubles.push([502, "<html>Bad gateway</html>"], "close");
    expect(await askFor(prod)).toEqual(rowsOfProd());
  });

  test("that is broken leaves what it should say not known", async () => {
    peer.replies.set(`GET ${below}/dns_records?per_page=5`, [503, { success: false, errors: [] }]);
    const dns = notKnown(right("DNS"), `${peer.url} answered 503`, again);
    expect(await askFor(prod)).toEqual(rowsOfProd({ dns }));
  });

  test.each([
    ["a page", "<html>Log in to the network</html>"],
    ["half an answer", '{"result": {'],
    ["null", "null"],
    ["a list", []],
    ["a text", '"text"'],
  ])("that answers with %s is not taken for Cloudflare", async (_name, body) => {
    peer.replies.clear();
    peer.others = [200, body];
    const seen = `${peer.url} answered 200 without a JSON object`;
    expect(await askFor(prod)).toEqual([notKnown("API token", seen, again), notAsked]);
  });

  test.each(["null", [], {}, { result: "no zone" }, { success: true }])(
    "that says nothing of a zone and of rights (%j) leaves them not known",
    async (body) => {
      for (const line of peer.replies.keys()) if (!line.includes(user)) peer.replies.set(line, [200, body]);
      const findings = (await askFor(staging)).map(({ need, finding }) => [need, finding]);
      expect(findings).toEqual([
        ["API token", "ok"],
        ["zone example.org", "not known"],
      ]);
    },
  );

  test("that says nothing of a token leaves it not known", async () => {
    peer.replies.clear();
    peer.others = [200, {}];
    expect((await askFor(prod)).map(({ need, finding }) => [need, finding])).toEqual([
      ["API token", "not known"],
      ["zone example.org, and rights in it", "not known"],
    ]);
  });

  test("that leads elsewhere is not followed, and the row says where to", async () => {
    peer.replies.clear();
    peer.others = [302, ""];
    peer.location = "/login";
    const seen = `${peer.url} answered 302: it leads to ${new URL(peer.url).host}, where nobody here follows`;
    expect(await askFor(prod)).toEqual([notKnown("API token", seen, again), notAsked]);
  });

  test("that is slow is waited for no longer than the time-out, once", async () => {
    peer.replies.clear();
    peer.others = "hang";
    const begin = performance.now();
    const seen = `${peer.url} did not answer within 0.1 s`;
    expect(await askFor(prod, { timeout: 100 })).toEqual([notKnown("API token", seen, again), notAsked]);
    expect(performance.now() - begin).toBeLessThan(900);
    expect(peer.asked.length).toBe(2);
  });

  test("that is not there leaves everything not known", async () => {
    const gone = new Peer();
    await gone.start();
    const { url } = gone;
    await gone.stop();
    const seen = `${url} is not to be reached (ECONNREFUSED)`;
    expect(await askFor(prod, { url })).toEqual([notKnown("API token", seen, again), notAsked]);
  });

  test("is not asked too often", async () => {
    // developers.cloudflare.com/fundamentals/api/reference/limits.
    peer.replies.set(`GET ${byName}`, refusal(429, { code: 10429, message: "Rate limited" }));
    expect(await askFor(staging)).toEqual([
      fine.token,
      notKnown("zone example.org", `${peer.url} is asked too often (429)`, again),
    ]);
    expect(peer.asked.length).toBe(2);
  });
});
