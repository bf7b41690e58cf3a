/** The real program refuses what its web pods cannot do, with one line that says what to write, and declares nothing. */
import { expect, test } from "vitest";
import { instance, stackFile } from "../support/configuration.ts";
import { refusalOf } from "../support/program.ts";

const web = (settings: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  stackFile({ opendata: { ...more, web: settings } });
const { nginx } = instance.web;
const roomy = { ...nginx, resources: { limits: { "ephemeral-storage": "20Gi" } } };
const policy = (settings: Record<string, unknown>) => web({ headers: { contentSecurityPolicy: settings } });
const network = "expected a network such as 10.129.0.0/23, or cloudflare";
const csp =
  "expected directives with one semicolon between them, such as default-src 'self'; img-src 'self' data:, in at most 4000 characters of ASCII without double quotes, $, commas and backslashes";
const policies = [
  'default-src "none"',
  "default-src $host",
  "default-src \\",
  "default-src 'self';; object-src 'none'",
  "; default-src 'self'",
  "default-src 'self'\nobject-src 'none'",
  "default-src 'self', object-src 'none'",
  "default-src https://münchen.example.org",
  "default-src 'self'\t",
  "",
  // A longer word ends nginx before it starts: "too long parameter".
  `default-src ${"a".repeat(4000)}`,
];
const noMore = "a pod has room for no more; raise web.replicas";
const noLimit = "who has more room than this is not limited";
/** Whole numbers with their bounds; nginx starts with no limit of connections above 65535. */
const numbers: readonly (readonly [path: string, wrong: readonly number[], expected: string])[] = [
  ["limits.requests", [2001, 65_536, 1e17, 1.5], `1 to 2000: ${noMore}`],
  ["limits.apiRequests", [501, 65_536], `1 to 500: ${noMore}`],
  ["limits.uploads", [0, 1025, 65_536], `1 to 1024: ${noMore}`],
  ["limits.requestsPerSecond", [0, 10_001], `1 to 10000: ${noLimit}`],
  ["limits.connectionsPerAddress", [4097, 65_536], `1 to 4096: ${noLimit}`],
  [
    "answerSeconds",
    [4, 3601, 1e12],
    "5 to 3600: a pod that ends waits so long for its last answer; longer work is a worker's",
  ],
  [
    "drainSeconds",
    [601, 1e7],
    "0 to 600: each rollout waits so long for every pod, and clusters end a pod that takes longer",
  ],
  ["cacheSeconds", [3601, 1e15], "0 to 3600: strangers see what became private for twice as long"],
  ["edgeCacheSeconds", [86_401], "0 to 86400: strangers see what became private for so long"],
  [
    "headers.hstsSeconds",
    [63_072_001],
    "0 to 63072000: two years, as browsers' own lists ask for at most; nobody can take it back sooner",
  ],
];
/** Settings with one value at a path. */
const at = (path: string, value: unknown): Record<string, unknown> => {
  const [key = "", ...rest] = path.split(".");
  return { [key]: rest.length === 0 ? value : at(rest.join("."), value) };
};
const token = (name: unknown) =>
  stackFile({ opendata: { ckan: { ...instance.ckan, settings: { apitoken_header_name: name } } } });
const proxies = [
  "10.129.0.7",
  "10.129.0.0/33",
  "fd00::/129",
  "10.129.0.0/2/3",
  "10.129.0/23",
  "akamai",
  "0.0.0.0/0; deny all",
  "fe80::1%eth0/64",
  "constructor",
  "toString",
  "__proto__",
];

const rows: readonly (readonly [name: string, stackFile: Record<string, unknown>, line: string])[] = [
  [
    "threads, and says what to raise instead",
    web({ threads: 2 }),
    "web.threads: expected nothing here: a process answers one request at a time, so that one that hangs is ended alone; raise processes, got 2",
  ],
  [
    "an nginx without an image",
    web({ nginx: {} }),
    "web.nginx.image: expected an image with an exact tag or digest such as registry.example.org/ckan:2.11.6-1, got nothing",
  ],
  [
    "an nginx whose tag moves",
    web({ nginx: { image: "docker.io/library/nginx:stable" } }),
    'web.nginx.image: expected an exact tag: this one moves, so that two starts could run different software, got "docker.io/library/nginx:stable"',
  ],
  ...numbers.flatMap(([path, wrong, expected]) =>
    wrong.map(
      (value) =>
        [
          `${value} for web.${path}`,
          web(at(path, value)),
          `web.${path}: expected a whole number from ${expected}, got ${JSON.stringify(value)}`,
        ] as const,
    ),
  ),
  ...["requestsPerSecond", "connectionsPerAddress"].map(
    (limit) =>
      [
        `${limit} where every address is the load balancer's`,
        web({ limits: { [limit]: 50 } }),
        `web.limits.${limit}: expected nothing here without web.trustedProxies: every address would be the load balancer's, so that none is limited; write there whose word counts, got 50`,
      ] as const,
  ),
  [
    "an nginx that is killed as soon as readers are slow",
    web({ nginx: { ...nginx, resources: { requests: { memory: "1Mi" }, limits: { memory: "1Mi" } } } }),
    'web.nginx.resources.limits.memory: expected at least 198Mi: what nginx holds for 500 files whose readers are slow, got "1Mi"',
  ],
  [
    "more processes than fit into their memory",
    web({ processes: 10, resources: { requests: { memory: "100Mi" }, limits: { memory: "100Mi" } } }),
    'web.resources.limits.memory: expected at least 600Mi: what 10 processes (web.processes) and their parent take at rest, got "100Mi"',
  ],
  ...["X_Site_Token", "X Site Token", "X-Site-Token:", 7.5].map(
    (name) =>
      [
        `a header for tokens that nginx drops: ${name}`,
        token(name),
        `ckan.settings.apitoken_header_name: expected a header such as X-Site-Token, of at most 64 letters, digits and hyphens: nginx drops others, and no token would arrive, got ${JSON.stringify(name)}`,
      ] as const,
  ),
  [
    "a header for tokens that nginx is not told of",
    stackFile(
      { opendata: { ckan: { ...instance.ckan, secretSettings: { apitoken_header_name: "tokenHeader" } } } },
      { "ckan:tokenHeader": "X-Site-Token" },
    ),
    "ckan.secretSettings.apitoken_header_name: expected it below ckan.settings: nginx has to know the header, and its name is no secret",
  ],
  ...["Connection", "x-forwarded-for", "Content-Length", "TE"].map(
    (name) =>
      [
        `a header for tokens that nginx writes itself: ${name}`,
        token(name),
        `ckan.settings.apitoken_header_name: expected a header of its own such as X-Site-Token: nginx writes this one itself, and no token would arrive, got ${JSON.stringify(name)}`,
      ] as const,
  ),
  ...proxies.map(
    (proxy) =>
      [
        `somebody trusted who is no network: ${proxy}`,
        web({ trustedProxies: ["cloudflare", proxy] }),
        `web.trustedProxies.1: ${network}, got ${JSON.stringify(proxy)}`,
      ] as const,
  ),
  ["a number as somebody trusted", web({ trustedProxies: [10] }), `web.trustedProxies.0: ${network}, got 10`],
  [
    "an unknown way to treat pages that load something from elsewhere",
    policy({ mode: "on" }),
    'web.headers.contentSecurityPolicy.mode: expected a mode: report-only, enforce, off, got "on"',
  ],
  ...policies.map(
    (text) =>
      [
        `a policy that nginx would take apart: ${text}`,
        policy({ policy: text }),
        `web.headers.contentSecurityPolicy.policy: ${csp}, got ${JSON.stringify(text)}`,
      ] as const,
  ),
  [
    "CKAN without room for its uploads",
    web({ processes: 6, resources: { limits: { "ephemeral-storage": "800Mi" } } }),
    'web.resources.limits.ephemeral-storage: expected at least 862Mi: room for an upload in each of 6 processes, of at most ckan.maximumUploadMegabytes (100), got "800Mi"',
  ],
  [
    "an nginx without room for what it takes at a time",
    web({ nginx: { ...nginx, resources: { limits: { "ephemeral-storage": "1Gi" } } } }),
    'web.nginx.resources.limits.ephemeral-storage: expected at least 4338Mi: room for 8 uploads, and the answers of as many requests as web.limits allows, of at most ckan.maximumUploadMegabytes (100), got "1Gi"',
  ],
  [
    "more web pods than its database has connections for",
    web({ replicas: 9 }, { database: { ...instance.database, maxConnections: 150 } }),
    "database.maxConnections: expected at least 192: 10 web pods of 4 processes and 2 workers at a time open as many connections, got 150",
  ],
  [
    "a database with too few connections for anything",
    stackFile({ opendata: { database: { ...instance.database, maxConnections: 19 } } }),
    "database.maxConnections: expected a whole number of at least 20, got 19",
  ],
];

test.each(rows)("the program refuses %s", async (_name, file, line) => {
  const { message, registered } = await refusalOf(JSON.parse(JSON.stringify(file)));
  expect(message).toBe(
    `The stack file has 1 mistake; nothing was created or changed:\n  ckan:instances.opendata.${line}`,
  );
  expect(registered).toBe(0);
});

test.each([["cloudflare"], ["10.129.0.0/23", "0.0.0.0/0"], ["fd00::/8", "2001:db8::1/128"], []])(
  "the program takes them for whom the stack file trusts: %s %s",
  async (...trustedProxies) => {
    await expect(refusalOf(web({ trustedProxies }))).rejects.toThrow("the program accepted this stack file");
  },
);

test.each<readonly [string, Record<string, unknown>]>([
  ["the most that a pod has room for", web({ limits: { requests: 2000, apiRequests: 500 }, nginx: roomy })],
  [
    "limits of addresses, and whose word about them counts",
    web({ limits: { requestsPerSecond: 5 }, trustedProxies: ["cloudflare"] }),
  ],
  ["a header of the site's own for tokens", token("X-Site-Token")],
  ["a policy of several directives", policy({ policy: "default-src 'self' https: data:; upgrade-insecure-requests;" })],
  ["the longest policy", policy({ policy: `img-src ${"a".repeat(3992)}` })],
])("the program takes %s", async (_name, file) => {
  await expect(refusalOf(JSON.parse(JSON.stringify(file)))).rejects.toThrow("the program accepted this stack file");
});
