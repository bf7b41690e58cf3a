/** `mail` of a site: the server that sends its e-mail. It is never part of a stack, because mail servers need a reputation. */
import { z } from "zod";
import type { Arguments, Settings } from "../../config/arguments.ts";
import { secretKey } from "../../config/marks.ts";
import { addMistake, ruleBetween } from "../../config/mistakes.ts";
import { line, networks, port, serverAddress } from "../../config/values.ts";

const address = (example: string) => z.email(`expected an e-mail address such as ${example}`);

export const mailSettings = z
  .strictObject({
    host: serverAddress.describe("Server that takes the mail (SMTP)"),
    // CKAN's mailer starts every connection in plain text.
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
    // CKAN reads the variable with the password as a default of ckan.ini, where % begins a reference.
    passwordFrom: secretKey({ withoutPercent: true }).optional(),
    from: address("no-reply@data.example.org").describe("Sender of what CKAN sends"),
    replyTo: address("data@example.org").optional().describe("Where answers go; default: to the sender"),
    networks,
  })
  .superRefine(
    ruleBetween(({ user, passwordFrom }, context) => {
      if ((user === undefined) === (passwordFrom === undefined)) return;
      const [missing, given] =
        user === undefined ? (["user", "passwordFrom"] as const) : (["passwordFrom", "user"] as const);
      addMistake(context, [missing], `expected it beside ${given}: CKAN logs in with both or not at all`);
    }),
  );

export type MailArgs = Arguments<typeof mailSettings>;
export type MailSettings = Settings<typeof mailSettings>;
