/** How a site is reached: the schema of `ckan:instances.<name>.exposure`. */
import { z } from "zod";
import { line, objectName } from "./primitives.ts";

const certManager = z.strictObject({
  kind: z.literal("cert-manager"),
  issuer: z.strictObject({
    name: objectName("letsencrypt").describe("Issuer of cert-manager's"),
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

/** A Gateway of the site's own has no certificate but the one that it is given. */
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

export const exposureSchema = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({ kind: z.literal("gateway"), className: className("istio", "GatewayClass"), tls: ownTls }),
    z.strictObject({
      kind: z.literal("shared-gateway"),
      gateway: z.strictObject({
        name: objectName("public").describe("Gateway that ends TLS for the host"),
        namespace: objectName("gateways").describe("Its namespace, whose routes the Gateway must allow"),
        sectionName: objectName("https").optional().describe("One of its listeners; default: each that takes the host"),
      }),
    }),
    z.strictObject({
      kind: z.literal("ingress"),
      className: className("traefik", "IngressClass"),
      annotations: z.record(line, line).default({}).describe("What the class's controller wants to know"),
      tls,
    }),
    z.strictObject({ kind: z.literal("route"), tls: tls.prefault({ kind: "elsewhere" }) }),
    z.strictObject({ kind: z.literal("node-port"), nodePort }),
    z.strictObject({ kind: z.literal("none") }),
  ],
  "expected kind: gateway, shared-gateway, ingress, route, node-port or none",
);
