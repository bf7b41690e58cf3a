/** The server that sends a site's e-mail. It is never part of a stack: mail servers have a reputation to keep. */
import type { Input } from "@pulumi/pulumi";
import type { SiteMail } from "../../ckan/settings.ts";
import { toNetworks } from "../kubernetes/network.ts";
import type { Access } from "../site/endpoints.ts";

export interface MailArgs {
  readonly host: string;
  /** @default 587 */
  readonly port?: number;
  /** Whether to encrypt with STARTTLS. @default true */
  readonly startTls?: boolean;
  /** Account on the server; CKAN logs in with user and password or not at all. @default none is needed */
  readonly user?: string | undefined;
  /** No % may stand in it: CKAN's reader of ckan.ini takes the variable that holds it for a default of the file. */
  readonly password?: Input<string>;
  /** Sender. */
  readonly from: string;
  /** Where answers go. @default to the sender */
  readonly replyTo?: string | undefined;
  /** IPv4 networks that hold the server, for the network policies. @default 0.0.0.0/0 */
  readonly networks?: readonly string[];
}

const submission = 587;

/** What CKAN is told in its ini file: everything but the password. */
export function siteMail({ host, port = submission, startTls = true, user, from, replyTo }: MailArgs): SiteMail {
  return { host, port, startTls, user, from, replyTo };
}

export function mailAccess({ port = submission, networks = ["0.0.0.0/0"] }: MailArgs): Access {
  return toNetworks(networks, port);
}
