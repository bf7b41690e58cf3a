/**
 * A further name of the site, for those who send larger files than what stands in front of the site's own name lets through.
 *
 * The whole site is there, because an upload is a form of the site: its login, its cookie and its CSRF token belong to one name.
 */
import { webPort } from "./options.ts";

/** Directives for its `server`, beside those of the site's own. `host` is the name in ckan.site_url, as CKAN writes it in whole addresses. */
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
