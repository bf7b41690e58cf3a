/** `web` of a site: its web pods. */
import { z } from "zod";
import type { Arguments, Settings } from "../../config/arguments.ts";
import { addMistake, ruleBetween } from "../../config/mistakes.ts";
import { count, imageReference, isNetwork, priorityClass } from "../../config/values.ts";
import { quantityValue } from "../kubernetes/quantity.ts";
import { resources, sized } from "../kubernetes/resources.ts";
import { cpuScalingSettings, oneNumberOfPods } from "../kubernetes/scaling-settings.ts";
import { CspMode, defaultPolicy } from "./headers.ts";
import { defaultLimits, mostLimits, proxyMemory, serverMemory, simultaneousFiles } from "./limits.ts";
import { isKnownProxy, knownProxies } from "./trusted-proxies.ts";

const names = Object.keys(knownProxies).join(", ");
const expectedProxy = `expected a network such as 10.129.0.0/23, or ${names}`;

/** An IPv4 or IPv6 network, or the name of a known proxy. */
function isProxy(text: string): boolean {
  return isKnownProxy(text) || isNetwork(text);
}

/** A whole number within bounds, which the message explains. */
function whole(least: number, most: number, reason: string): z.ZodInt {
  const message = `expected a whole number from ${least} to ${most}: ${reason}`;
  return z.int(message).min(least, message).max(most, message);
}

const noMore = "a pod has room for no more; raise web.replicas";
const byAddress = (limit: "requestsPerSecond" | "connectionsPerAddress", meaning: string) =>
  whole(1, mostLimits[limit], "who has more room than this is not limited")
    .exactOptional()
    .describe(`${meaning}. Needs trustedProxies; default: ${defaultLimits[limit]}`);

const limits = z
  .strictObject({
    requests: whole(1, mostLimits.requests, noMore)
      .default(defaultLimits.requests)
      .describe("Requests for pages that a pod has at a time, waiting ones included; further ones get 503"),
    apiRequests: whole(1, mostLimits.apiRequests, noMore)
      .default(defaultLimits.apiRequests)
      .describe("Requests to the API that a pod has at a time; further ones get 503"),
    uploads: whole(1, mostLimits.uploads, noMore)
      .default(defaultLimits.uploads)
      .describe("Uploads that a pod receives at a time; further ones get 503"),
    requestsPerSecond: byAddress(
      "requestsPerSecond",
      "Requests a second of one address; ten times as many at once, then 429",
    ),
    connectionsPerAddress: byAddress(
      "connectionsPerAddress",
      "Requests of one address at a time; further ones get 503",
    ),
  })
  .prefault({})
  .describe("How much a pod takes at a time");

/** nginx accepts parameters of less than 4096 bytes. */
const longestPolicy = 4000;
/** Printable ASCII; a comma would begin a second policy. */
const directive = "[A-Za-z][A-Za-z0-9-]*(?: +[!#%&'()*+\\-./0-9:<=>?@A-Z\\[\\]^_`a-z{|}~]+)*";
const policyPattern = new RegExp(`^${directive}(?: *; *${directive})*;?$`);
const expectedPolicy = `expected directives with one semicolon between them, such as default-src 'self'; img-src 'self' data:, in at most ${longestPolicy} characters of ASCII without double quotes, $, commas and backslashes`;

const headers = z
  .strictObject({
    hstsSeconds: whole(
      0,
      63_072_000,
      "two years, as browsers' own lists ask for at most; nobody can take it back sooner",
    )
      .default(31_536_000)
      .describe(
        "Seconds for which browsers come back by https only, on a site that is reached by https; 0: no word of it",
      ),
    contentSecurityPolicy: z
      .strictObject({
        mode: z
          .enum(CspMode, `expected a mode: ${Object.values(CspMode).join(", ")}`)
          .default(CspMode.ReportOnly)
          .describe("report-only: browsers say in their console what enforce would refuse"),
        policy: z
          .string(expectedPolicy)
          .max(longestPolicy, expectedPolicy)
          .regex(policyPattern, expectedPolicy)
          .default(defaultPolicy)
          .describe("What pages may load and run; frame-ancestors is added"),
      })
      .prefault({}),
  })
  .prefault({})
  .describe("What browsers are told beside pages");

/** The error for a missing key. nginx's image has no default, so every stack file must name it. */
function required(expected: string) {
  return { error: ({ input }: { readonly input?: unknown }) => (input === undefined ? expected : undefined) };
}

const nginx = z
  .strictObject(
    {
      image: imageReference.describe("nginx 1.22 or later that runs as any user, by exact tag or digest"),
      resources: resources(sized("50m", "32Mi", "1", "256Mi", "5Gi")),
    },
    required("expected image below this key: nginx stands in front of CKAN in every web pod"),
  )
  .describe("nginx, in front of CKAN in every pod");

const web = {
  replicas: count(1).optional().describe("Web pods; default: 1"),
  scaling: z
    .strictObject(cpuScalingSettings)
    .optional()
    .describe("How many pods an autoscaler lets run, in place of replicas"),
  processes: count(1).default(4).describe("Processes in a pod, each of which answers one request at a time"),
  threads: z
    .literal(
      1,
      "expected nothing here: a process answers one request at a time, so that one that hangs is ended alone; raise processes",
    )
    .optional()
    .describe("1, or nothing: raise processes"),
  answerSeconds: whole(5, 3600, "a pod that ends waits so long for its last answer; longer work is a worker's")
    .default(60)
    .describe("Seconds for which CKAN may be silent before a request is ended; an answer that flows may take longer"),
  drainSeconds: whole(0, 600, "each rollout waits so long for every pod, and clusters end a pod that takes longer")
    .optional()
    .describe(
      "Seconds for which a pod that has to go takes requests on; default: what the exposure needs, 5 to 45 (Google's load balancers)",
    ),
  cacheSeconds: whole(0, 3600, "strangers see what became private for twice as long")
    .default(5)
    .describe(
      "Seconds for which visitors who are not logged in share pages of datasets and searches of the API, and as long again while an answer is made anew; 0: never",
    ),
  edgeCacheSeconds: whole(0, 86_400, "strangers see what became private for so long")
    .default(0)
    .describe(
      "Seconds for which a cache in front of the site, such as Cloudflare's with its ruleset cache, may keep those pages; 0: it may not",
    ),
  nginx,
  limits,
  trustedProxies: z
    .array(z.string(expectedProxy).refine(isProxy, expectedProxy))
    .default([])
    .describe(
      `Who may say in X-Forwarded-For for whom a request is: networks, or ${names}; without any, limits for each address do not apply`,
    ),
  headers,
  // Measured: 230 MiB resident after start and 350 after use.
  resources: resources(sized("250m", "768Mi", "1", "1Gi")),
  priorityClass,
};

export const webSettings = z
  .strictObject(web, required("expected nginx.image below this key: nginx stands in front of CKAN in every web pod"))
  .superRefine(
    ruleBetween((settings, context) => {
      oneNumberOfPods(settings, context);
      limitsByAddress(settings, context);
      enoughMemory(settings, context);
    }),
  );

export type WebArgs = Arguments<typeof webSettings>;
export type WebSettings = Settings<typeof webSettings>;

/** Without trusted proxies every request seems to come from the load balancer, so limits by address do not apply. */
function limitsByAddress({ trustedProxies, limits: given }: WebSettings, context: z.core.$RefinementCtx): void {
  if (trustedProxies.length > 0) return;
  const expected =
    "expected nothing here without web.trustedProxies: every address would be the load balancer's, so that none is limited; write there whose word counts";
  for (const limit of ["requestsPerSecond", "connectionsPerAddress"] as const) {
    if (given[limit] !== undefined) addMistake(context, ["limits", limit], expected, { found: given[limit] });
  }
}

/** A container with too little memory is killed again and again, with all its requests. */
function enoughMemory({ processes, resources: own, nginx: proxy }: WebSettings, context: z.core.$RefinementCtx): void {
  const check = (path: readonly string[], found: string, bytes: number, what: string) => {
    if (quantityValue(found) >= bytes) return;
    const expected = `expected at least ${Math.ceil(bytes / 2 ** 20)}Mi: ${what}`;
    addMistake(context, [...path, "resources", "limits", "memory"], expected, { found });
  };
  const atRest = `what ${processes} processes (web.processes) and their parent take at rest`;
  check([], own.limits.memory, serverMemory(processes), atRest);
  const slow = `what nginx holds for ${simultaneousFiles} files whose readers are slow`;
  check(["nginx"], proxy.resources.limits.memory, proxyMemory, slow);
}
