/** How clients speak to a Redis and a Solr of somebody else, and what these want to know of them. */
import { z } from "zod";
import { userName } from "../../config/values.ts";

/** `queue` of kind external. */
export const redisSecurity = {
  tls: z
    .enum(["disable", "verify-ca", "verify-full"], "expected disable, verify-ca or verify-full")
    .default("disable")
    .describe(
      "verify-full: TLS, with a certificate for the host; verify-ca: with one of caBundle's authorities, whatever name it carries",
    ),
  user: userName
    .optional()
    .describe("ACL user, who may call INFO, CLIENT LIST and KEYS too; default: the server's own"),
};
