/**
 * A second host name of the site, for larger uploads than the proxy in front of the main name accepts.
 *
 * It serves the whole site: the upload form needs the login, the cookie and the CSRF token, which belong to one host name.
 */
import { webPort } from "./options.ts";

/** Directives of its `server` besides those of the main one. `host` is the name in ckan.site_url, which CKAN puts into absolute URLs. */
export function editorsLines(editorsHost: string, host: string): string {
  return `listen ${webPort};
server_name ${editorsHost};
# CKAN sends everybody who logged in or saved something to ckan.site_url (helpers.redirect_to), where nobody knows them.
proxy_redirect https://${host}/ /;
# And its scripts ask there (base.html), which browsers do not let them.
sub_filter 'data-site-root="https://${host}/' 'data-site-root="/';
sub_filter 'data-locale-root="https://${host}/' 'data-locale-root="/';
`;
}
