/** The mail server of a site, for ckan.ini and for the network policies. */
import type { SiteMail } from "../../ckan/settings.ts";
import { toNetworks } from "../kubernetes/network.ts";
import type { Access } from "../site/endpoints.ts";
import type { MailSettings } from "./settings.ts";

/** The settings for ckan.ini: everything but the password. */
export function siteMail({ host, port, startTls, user, from, replyTo }: MailSettings): SiteMail {
  return { host, port, startTls, user, from, replyTo };
}

export function mailAccess({ port, networks }: MailSettings): Access {
  return toNetworks(networks, port);
}
