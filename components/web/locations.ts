/** Which requests nginx answers itself, and which it passes on to CKAN. */
import { errorPages } from "./errors.conf.ts";
import { fileLocations, filePaths } from "./files.conf.ts";
import { headers } from "./headers.ts";
import { limitLines } from "./limits.conf.ts";
import { readAhead, strangersBodies } from "./limits.ts";
import { livenessPath, type ProxyOptions, readinessPath, startedPath } from "./options.ts";
import { apiPaths, dumpPaths } from "./paths.ts";
import { sharedLocations } from "./strangers.ts";
import { indent } from "./text.ts";
import { ckanHeaders } from "./upstream.conf.ts";

export function locations(options: ProxyOptions): string {
  const { storagePath } = options;
  return [
    `location = ${livenessPath} {
  access_log off;
  return 204;
}
location = ${startedPath} {
  access_log off;
  proxy_pass http://ckan${livenessPath};
}
location = ${readinessPath} {
  access_log off;
  proxy_pass http://ckan;
}
location / {
  proxy_pass http://ckan;
}
location @ckan {
  proxy_pass http://ckan;
}
`,
    assets(options),
    `# A table is read from the database as fast as that can, and waits here for its reader.
location ~ "${dumpPaths}" {
  proxy_max_temp_file_size ${readAhead.dump / 2 ** 20}m;
  proxy_pass http://ckan;
}
`,
    sharedLocations(options),
    `location ~ "${apiPaths}" {
  proxy_max_temp_file_size ${readAhead.api / 2 ** 20}m;
  proxy_pass http://ckan;
}
`,
    uploads(options),
    `# Static files of CKAN and its plugins, which wsgi.py puts there; whatever else ends like one is CKAN's.
location ~* "\\.(css|js|mjs|map|png|jpe?g|gif|svg|ico|webp|woff2?|ttf|otf|eot)$" {
  root ${storagePath}/public;
  try_files $uri @ckan;
  expires 1h;
}
`,
    fileLocations(options),
  ].join("");
}

/**
 * CKAN authenticates the sender before nginx receives a large body: otherwise anonymous clients could hold every upload slot by
 * sending a byte now and then. Requests without any credentials may send a little, in slots of their own.
 */
function uploads(options: ProxyOptions): string {
  const toCkan = `proxy_max_temp_file_size ${readAhead.api / 2 ** 20}m;
  proxy_pass http://ckan$request_uri;`;
  return `# What nginx asks for itself comes along here as well.
if ($uri ~ "^/_(known|upload|stranger|${filePaths})$") {
  break;
}
if ($upload = known) {
  rewrite ^ /_upload last;
}
if ($upload = stranger) {
  rewrite ^ /_stranger last;
}
location = /_upload {
  internal;
  # Nothing is counted before it is known who sends: strangers would hold the places while nginx waits for the end of what it refused.
  limit_conn nobody 1;
  auth_request /_known;
${indent(errorPages)}  error_page 401 = @unknown;
  try_files /_ @upload;
}
location @upload {
${indent(limitLines(options))}  limit_conn uploads ${options.limits.uploads};
  ${toCkan}
}
location = /_known {
  internal;
  limit_conn nobody 1;
  access_log off;
  proxy_pass_request_body off;
  proxy_set_header Content-Length "";
  proxy_set_header Transfer-Encoding "";
${indent(ckanHeaders)}  proxy_pass http://ckan/_known;
}
location = /_stranger {
  internal;
  client_max_body_size ${strangersBodies.bytes / 2 ** 20}m;
${indent(errorPages.replace("@too_large", "@unknown"))}${indent(limitLines(options))}  limit_conn strangers ${strangersBodies.number};
  ${toCkan}
}
location @unknown {
  default_type text/plain;
  return 413 "This is more than this site takes of somebody who is not logged in.\\n";
}
`;
}

/** Compiled assets have a hash of their content in the name, so that such a file never changes. */
function assets(options: ProxyOptions): string {
  return `location ^~ /webassets/ {
  root ${options.storagePath};
  location ~ "/\\." {
    return 404;
  }
  location ~ "/[0-9a-f]{8}_[^/]+$" {
    try_files $uri @ckan;
    expires off;
    add_header Cache-Control "public, max-age=31536000, immutable";
${indent(indent(headers(options.headers)))}  }
  try_files $uri @ckan;
  expires 5m;
}
`;
}
