/** The server that sends a site's e-mail: the schema of `ckan:instances.<name>.mail`. */
import { z } from "zod";
import { secretKey } from "../../config/marks.ts";
import { ipv4Network, line, port, serverHost } from "../../config/values.ts";

const address = (example: string) => z.email(`expected an e-mail address such as ${example}`);

export const mailSchema = z.strictObject({
  host: serverHost.describe("Server that takes the mail (SMTP)"),
  // CKAN's mailer begins every conversation in plain text.
  port: port
    .refine(
      (number) => number !== 465,
      "expected a port that begins in plain text such as 587: CKAN cannot speak TLS first",
    )
    .default(587),
  startTls: z
    .boolean("expected true or false")
    .default(true)
    .describe("Whether to encrypt with STARTTLS; false sends password and mail in plain text"),
  user: line.optional().describe("Account on the server; default: none is needed"),
  passwordFrom: secretKey({ withoutPercent: true }).optional(),
  from: address("no-reply@data.example.org").describe("Sender of what CKAN sends"),
  replyTo: address("data@example.org").optional().describe("Where answers go; default: to the sender"),
  networks: z
    .array(ipv4Network)
    .min(1, "expected at least one network such as 10.20.0.0/16")
    .default(["0.0.0.0/0"])
    .describe("IPv4 networks that hold the server, for the network policies"),
});

export type MailSettings = z.infer<typeof mailSchema>;
