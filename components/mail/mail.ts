/** What pods and ckan.ini are told of the server that sends a site's e-mail. */
import type { SiteMail } from "../../ckan/settings.ts";
import { toNetworks } from "../kubernetes/network.ts";
import type { Access } from "../site/endpoints.ts";
import type { MailSettings } from "./settings.ts";

/** What CKAN is told in its ini file: everything but the password. */
export function siteMail({ host, port, startTls, user, from, replyTo }: MailSettings): SiteMail {
  return { host, port, startTls, user, from, replyTo };
}

export function mailAccess({ port, networks }: MailSettings): Access {
  return toNetworks(networks, port);
}
