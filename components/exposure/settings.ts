/** `exposure` of a site: how the site is reached from outside the cluster. */
import { z } from "zod";
import type { Arguments, Settings } from "../../config/arguments.ts";
import { count, line, objectName } from "../../config/values.ts";

const certManager = z.strictObject({
  kind: z.literal("cert-manager"),
  issuer: z.strictObject({
    name: objectName("letsencrypt").describe(
      "Issuer of cert-manager's (1.13 or newer), best one that solves by DNS-01",
    ),
    kind: z
      .enum(["ClusterIssuer", "Issuer"], "expected ClusterIssuer or Issuer")
      .default("ClusterIssuer")
      .describe("An Issuer lies in the site's namespace"),
  }),
});

const secret = z.strictObject({
  kind: z.literal("secret"),
  name: objectName("data-example-org-tls").describe("Secret of type kubernetes.io/tls in the site's namespace"),
});

const elsewhere = z.strictObject({ kind: z.literal("elsewhere") });

/** TLS of a site's own Gateway, which needs a certificate. */
const ownTls = z
  .discriminatedUnion("kind", [certManager, secret], "expected kind: cert-manager or secret")
  .describe("Where the certificate comes from");

const tls = z
  .discriminatedUnion("kind", [certManager, secret, elsewhere], "expected kind: cert-manager, secret or elsewhere")
  .describe(
    "Where the certificate comes from; elsewhere: from the controller itself, or from what stands in front of it",
  );

const className = (example: string, kind: string) =>
  z
    .string(`expected the name of a ${kind} of the cluster such as ${example}`)
    .pipe(objectName(example))
    .describe(`${kind} of the cluster`);

const nodePort = z
  .int("expected a node port from 30000 to 32767")
  .min(30000, "expected a node port from 30000 to 32767")
  .max(32767, "expected a node port from 30000 to 32767")
  .describe("Port on every node; the site answers on http://<host>:<nodePort>");

const requestSeconds = count(0)
  .optional()
  .describe(
    "Seconds for a request and its whole answer, for controllers that have a limit, such as Envoy Gateway's 15; 0: as long as it takes; default: the controller's own; not for GKE's classes",
  );

/** A Compute Engine resource by its bare name: the Gateway's class determines its scope. */
const googleName = (example: string) => {
  const expected = `expected the name of a resource at Google such as ${example}: lower-case letters, digits and hyphens, at most 63, a letter first`;
  return z.string(expected).regex(/^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/, expected);
};

const googleBackend = {
  securityPolicy: googleName("only-cloudflare")
    .optional()
    .describe("Cloud Armor policy for the site: global for a global class, regional for the others"),
  logPercent: z
    .number("expected a percentage from 0 to 100")
    .min(0, "expected a percentage from 0 to 100")
    .max(100, "expected a percentage from 0 to 100")
    .default(0)
    .describe("How many of a hundred requests Google logs, with addresses of visitors and what they search for"),
};

const googleGateway = {
  ...googleBackend,
  address: googleName("data-example-org")
    .optional()
    .describe("Reserved address for the Gateway: global for a global class, regional for the others; default: any"),
  sslPolicy: googleName("tls-1-2")
    .optional()
    .describe("SSL policy: global for a global class, regional for the others; default: Google's, which takes TLS 1.0"),
  globalAccess: z
    .boolean("expected true or false")
    .optional()
    .describe("Whether an internal Gateway (gke-l7-rilb) answers other regions; default: false"),
};

/** A Gateway of the site's own, of the given class. */
const gateway = z.strictObject({
  kind: z.literal("gateway"),
  className: className("istio", "GatewayClass"),
  tls: ownTls,
  requestSeconds,
  google: z.strictObject(googleGateway).optional().describe("For GKE's classes, gke-l7-*"),
});

/** A listener of an existing Gateway that terminates TLS. */
const sharedGateway = z.strictObject({
  kind: z.literal("shared-gateway"),
  gateway: z.strictObject({
    name: objectName("public").describe("Gateway that ends TLS for the host"),
    namespace: objectName("gateways").describe("Its namespace, whose routes the Gateway must allow"),
    sectionName: objectName("https").optional().describe("One of its listeners; default: each that takes the host"),
  }),
  className: className("gke-l7-global-external-managed", "GatewayClass")
    .optional()
    .describe("Class of that Gateway, where it is one of GKE's: Google's load balancer has to be told about the site"),
  requestSeconds,
  google: z.strictObject(googleBackend).optional().describe("For GKE's classes, gke-l7-*"),
});

const ingress = z.strictObject({
  kind: z.literal("ingress"),
  className: className("traefik", "IngressClass"),
  annotations: z.record(line, line).default({}).describe("What the class's controller wants to know"),
  tls,
});

/** OpenShift. */
const route = z.strictObject({ kind: z.literal("route"), tls: tls.prefault({ kind: "elsewhere" }) });

/** A node port, without TLS. */
const ofNodes = z.strictObject({ kind: z.literal("node-port"), nodePort });

/** Reachable inside the cluster only; a proxy of your own provides https. */
const none = z.strictObject({ kind: z.literal("none") });

export const exposureSettings = z.discriminatedUnion(
  "kind",
  [gateway, sharedGateway, ingress, route, ofNodes, none],
  "expected kind: gateway, shared-gateway, ingress, route, node-port or none",
);

export type ExposureArgs = Arguments<typeof exposureSettings>;
export type ExposureSettings = Settings<typeof exposureSettings>;
export type GatewaySettings = Extract<ExposureSettings, { kind: "gateway" }>;
export type SharedGatewaySettings = Extract<ExposureSettings, { kind: "shared-gateway" }>;
export type IngressSettings = Extract<ExposureSettings, { kind: "ingress" }>;
export type RouteSettings = Extract<ExposureSettings, { kind: "route" }>;
export type OwnTls = GatewaySettings["tls"];
