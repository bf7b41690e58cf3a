/**
 * Answers that anonymous visitors share: nginx caches them, strangers.py says which may be cached.
 *
 * Two guards keep a personal answer from others. nginx bypasses the cache for requests with a header that is known to identify the
 * sender. And strangers.py allows caching only if no header of the request looks like credentials, whatever its name.
 */
import { type HeaderOptions, headers } from "./headers.ts";
import { readAhead, sharedAnswersFile } from "./limits.ts";
import { sharedPages, sharedSearches } from "./paths.ts";
import { indent } from "./text.ts";

/** strangers.py writes this file when a plugin authenticates users in its own way, so that nothing may be shared. */
export const nothingSharedFile = "shares-nothing";

/** Headers that identify the sender, or that ask for something other than the page: htmx gets a part of it. */
const personalHeaders = [
  "Cookie",
  "Authorization",
  "Proxy-Authorization",
  "X-CKAN-API-Key",
  "X-API-Key",
  "X-CSRFToken",
  "X-CSRF-Token",
  "X-Forwarded-User",
  "X-Remote-User",
  "X-Auth-Request-User",
  "Remote-User",
  "Origin",
  "HX-Request",
  "HX-Boosted",
  "HX-Current-URL",
  "HX-History-Restore-Request",
  "HX-Prompt",
  "HX-Target",
  "HX-Trigger",
  "HX-Trigger-Name",
];

interface SharingOptions {
  readonly cacheSeconds: number;
  readonly storagePath: string;
  readonly headers: HeaderOptions;
}

/** Sets $personal if a header identifies the sender: a directive for `http`. */
export function personalRequests(tokenHeader: string): string {
  const variables = [...new Set([...personalHeaders, tokenHeader].map(headerVariable))];
  return `map "${variables.join("")}" $personal {
  "" "";
  default yes;
}
`;
}

/** Directives for `http`. */
export function cacheZone({ cacheSeconds }: SharingOptions): string {
  if (cacheSeconds === 0) return "";
  return `# What strangers.py says is for nginx; visitors get what CKAN said.
map $upstream_http_x_visitors_cache_control $visitors_cache_control {
  "" $upstream_http_cache_control;
  default $upstream_http_x_visitors_cache_control;
}
proxy_cache_path /tmp/shared levels=1:2 keys_zone=shared:2m max_size=${sharedAnswersFile / 2 ** 20}m inactive=${2 * cacheSeconds}s use_temp_path=off;
`;
}

/** Locations of shared answers. */
export function sharedLocations(options: SharingOptions): string {
  if (options.cacheSeconds === 0) return "";
  return sharedLocation(sharedSearches, readAhead.api, options) + sharedLocation(sharedPages, readAhead.page, options);
}

function sharedLocation(paths: string, ahead: number, { storagePath, ...options }: SharingOptions): string {
  return `location ~ "${paths}" {
  if (-f ${storagePath}/${nothingSharedFile}) {
    set $personal yes;
  }
  # Whoever gets an old answer would wait 200 ms for its last bytes, because the request goes on in the background.
  tcp_nopush off;
  proxy_cache shared;
  # With what can stand in none of them in between.
  proxy_cache_key "$visitor_scheme $visitor_host $request_uri\\n$http_accept\\n$http_accept_language";
  # CKAN's API also searches by what stands in a body.
  proxy_cache_bypass $personal $body;
  proxy_no_cache $personal $body;
  # One request has CKAN make the answer and the others wait for it; those who come when it is a little too old get it as it is.
  proxy_cache_lock on;
  # Whose answer is not kept after all would have waited for nothing.
  proxy_cache_lock_timeout 1s;
  proxy_cache_background_update on;
  proxy_max_temp_file_size ${ahead / 2 ** 20}m;
  proxy_hide_header Cache-Control;
  proxy_hide_header X-Visitors-Cache-Control;
  add_header Cache-Control $visitors_cache_control always;
${indent(headers(options.headers))}  proxy_pass http://ckan;
}
`;
}

function headerVariable(name: string): string {
  return `$http_${name.toLowerCase().replaceAll(/[^a-z0-9]/g, "_")}`;
}
