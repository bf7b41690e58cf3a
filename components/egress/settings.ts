/** `caBundle`, `proxy` and `outgoing` of a site: the certificates that its pods trust, and their egress. */
import { X509Certificate } from "node:crypto";
import { z } from "zod";
import type { Arguments, Settings } from "../../config/arguments.ts";
import { confidential } from "../../config/marks.ts";
import { addMistake, ruleBetween } from "../../config/mistakes.ts";
import { ipv4Network, port } from "../../config/values.ts";

const networks = z.array(ipv4Network).min(1, "expected at least one network such as 10.20.0.0/16");

/** A ConfigMap holds at most 1 MiB. */
const largestBundle = 1_000_000;

const caBundle = confidential(
  z
    .string("expected certificates as PEM text")
    .superRefine((text, context) => {
      const message = bundleMistake(text);
      if (message !== undefined) context.addIssue({ code: "custom", message });
    })
    .describe(
      "Certificates (PEM) of all whom the site's pods trust: in place of the image's list, so add the public ones where they are needed",
    ),
);

/** What is wrong with a bundle; undefined when nothing is. The message never quotes the text, which may hold a private key. */
export function bundleMistake(text: string): string | undefined {
  if (/PRIVATE KEY/.test(text)) return "expected certificates only, got a private key: take it out, and make a new one";
  const blocks = [...text.matchAll(/-----BEGIN ([^-]*)-----[\s\S]*?-----END \1-----/g)];
  if (blocks.length === 0) return "expected certificates as PEM text: -----BEGIN CERTIFICATE----- and so on";
  if (text.length > largestBundle) return `expected at most ${largestBundle} characters: a ConfigMap holds no more`;
  const wrong = blocks.findIndex(([block, label]) => label !== "CERTIFICATE" || !isCertificate(block));
  if (wrong === -1) return undefined;
  return `expected certificates as PEM text, of which number ${wrong + 1} of ${blocks.length} cannot be read`;
}

function isCertificate(block: string): boolean {
  try {
    new X509Certificate(block);
    return true;
  } catch {
    return false;
  }
}

const proxyUrl = confidential(
  z.string("expected a proxy's URL such as http://proxy.example.org:3128").superRefine((text, context) => {
    const message = proxyMistake(text);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  }),
).optional();

function proxyMistake(text: string): string | undefined {
  const example = "expected a proxy's URL such as http://proxy.example.org:3128";
  if (!URL.canParse(text)) return example;
  const { protocol, username, password, pathname, search, hash } = new URL(text);
  if (username !== "" || password !== "") {
    return `${example}, without user and password: they would stand in plain text in every pod; let the proxy know the cluster by its address`;
  }
  if (!/^https?:$/.test(protocol) || !/^https?:\/\/[^/?#]+\/?$/.test(text)) return example;
  return pathname === "/" && search === "" && hash === "" ? undefined : example;
}

/** Confidential as a whole: a text in its place may be a URL with a password. */
const proxy = confidential(
  z
    .strictObject({
      http: proxyUrl.describe("Proxy for http:// addresses; default: none"),
      https: proxyUrl.describe("Proxy for https:// addresses; default: none"),
      noProxy: z
        .array(
          z
            .string("expected a host, a domain such as .example.org or an address")
            .regex(/^[A-Za-z0-9.:/_-]+$/, "expected a host, a domain such as .example.org or an address"),
        )
        .default([])
        .describe("Hosts and domains that are reached without it, besides the site's own parts and servers"),
      networks: networks.default(["0.0.0.0/0"]).describe("IPv4 networks that hold the proxy, for the network policies"),
    })
    .superRefine(
      ruleBetween(({ http, https }, context) => {
        if (http !== undefined || https !== undefined) return;
        addMistake(context, [], "expected http, https or both: the URL of the proxy");
      }),
    ),
);

const outgoing = z
  .array(
    z.strictObject({
      networks: networks.describe("IPv4 networks"),
      port,
    }),
  )
  .default([])
  .describe(
    "Where web, worker and DataPusher may send besides the site's own parts: servers that plugins ask, sources of loads",
  );

/** Settings at the top level of a site. */
export const egressSettings = z.strictObject({
  caBundle: caBundle.optional(),
  proxy: proxy.optional().describe("The way to the internet for the site's pods; default: none"),
  outgoing,
});

export type EgressArgs = Arguments<typeof egressSettings>;
export type EgressSettings = Settings<typeof egressSettings>;
export type ProxySettings = NonNullable<EgressSettings["proxy"]>;
export type OutgoingSettings = EgressSettings["outgoing"][number];
