/** How clients speak to a Redis and a Solr of somebody else, and what these want to know of them. */
import { z } from "zod";
import { secretKey } from "../../config/marks.ts";

const expectedUser = "expected a user's name of letters, digits, ., _, ~ and -";

/** It stands in an address, and in a variable that CKAN reads as a default of its ini file. */
const user = z.string(expectedUser).regex(/^[A-Za-z0-9._~-]+$/, expectedUser);

/** `queue` of kind external. */
export const redisSecurity = {
  tls: z
    .enum(["disable", "verify-ca", "verify-full"], "expected disable, verify-ca or verify-full")
    .default("disable")
    .describe(
      "verify-full: TLS, with a certificate for the host; verify-ca: with one of caBundle's authorities, whatever name it carries",
    ),
  user: user.optional().describe("ACL user, who may call INFO, CLIENT LIST and KEYS too; default: the server's own"),
};

/** `search` of kind external. */
export const solrSecurity = {
  tls: z
    .boolean("expected true or false")
    .default(false)
    .describe("Whether it speaks https only, with a certificate for the host"),
  user: user.optional().describe("User (basic authentication), beside passwordFrom; default: it asks nobody"),
  passwordFrom: secretKey({ withoutPercent: true, withoutBlanks: true }).optional(),
};
