/** How nginx talks to CKAN. */
import { readAhead } from "./limits.ts";

/** Request headers for CKAN. A location that sets one of its own inherits none, so it must repeat these. */
export const ckanHeaders = `proxy_set_header Connection "";
proxy_set_header Host $visitor_host;
proxy_set_header X-Forwarded-For $remote_addr;
proxy_set_header X-Forwarded-Proto $visitor_scheme;
proxy_set_header X-Forwarded-Host "";
proxy_set_header X-Request-ID $request_id;
# nginx compresses; a plugin that did so too would be kept for those who cannot read it.
proxy_set_header Accept-Encoding "";
# As they stand in the name of a kept answer: of two headers, nginx before 1.23 sees the first one, and CKAN would get both.
proxy_set_header Accept $http_accept;
proxy_set_header Accept-Language $http_accept_language;
`;

/** Headers that CKAN never gets as sent, in lower case: those above, and those about the request's length and connection. */
export const rewrittenHeaders: readonly string[] = [
  ...[...ckanHeaders.matchAll(/^proxy_set_header (\S+)/gm)].map(([, name = ""]) => name.toLowerCase()),
  "content-length",
  "transfer-encoding",
  "keep-alive",
  "te",
  "upgrade",
  "expect",
];

/** Directives for `server`. */
export function toCkan(answerSeconds: number): string {
  return `proxy_http_version 1.1;
${ckanHeaders}proxy_connect_timeout 5s;
proxy_send_timeout ${answerSeconds}s;
# CKAN ends such requests itself.
proxy_read_timeout ${answerSeconds + 10}s;
proxy_buffer_size 32k;
proxy_buffers 8 32k;
proxy_max_temp_file_size ${readAhead.page / 2 ** 20}m;
`;
}
