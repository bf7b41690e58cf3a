/**
 * nginx.conf: the reverse proxy in front of CKAN in every web pod.
 *
 * nginx buffers requests and answers, so that slow clients do not occupy CKAN's processes: it receives a whole request before
 * CKAN sees it, and CKAN's whole answer before the visitor has read it. The file works with nginx 1.22 (Debian's) and later, as
 * any user; nginx writes only to /tmp.
 */
import { editorsLines } from "./editors.conf.ts";
import { errors } from "./errors.conf.ts";
import { fileMaps } from "./files.conf.ts";
import { headerMaps, headers } from "./headers.ts";
import { limitLines, limitZones } from "./limits.conf.ts";
import { locations } from "./locations.ts";
import { type ProxyOptions, webPort } from "./options.ts";
import { cacheZone, personalRequests } from "./strangers.ts";
import { indent } from "./text.ts";
import { proxyAddresses } from "./trusted-proxies.ts";
import { toCkan } from "./upstream.conf.ts";
import { socketPath } from "./uwsgi.conf.ts";

/** The text of nginx.conf for an open site. */
export function renderNginx(options: ProxyOptions): string {
  return nginxText([
    clientAddress(options.trustedProxies),
    requestMaps(options),
    headerMaps,
    fileMaps,
    personalRequests(options.tokenHeader),
    limitZones(options),
    cacheZone(options),
    `upstream ckan {\n  server unix:${socketPath};\n}\n`,
    `server {\n${indent(`listen ${webPort} backlog=4096;\n${server(options)}`)}}\n`,
    editorsServer(options),
  ]);
}

/** The `server` of the host name for editors. Requests for any other name go to the first `server`. */
function editorsServer(options: ProxyOptions): string {
  const { editorsHost, host } = options;
  if (editorsHost === undefined) return "";
  const own = server({ ...options, headers: { ...options.headers, noindex: true } });
  return `server {\n${indent(`${editorsLines(editorsHost, host)}${own}`)}}\n`;
}

/** A configuration with these parts in `http`, after those that open and closed sites share. */
export function nginxText(parts: readonly string[]): string {
  return `${main}http {\n${indent([common, accessLog, ...parts].join(""))}}\n`;
}

const main = `worker_processes 2;
worker_rlimit_nofile 20000;
pid /tmp/nginx.pid;
# Other messages quote requests with their queries, which may hold what people search for, or the signature of a link.
error_log stderr alert;
events {
  worker_connections 4096;
}
`;

const common = `include /etc/nginx/mime.types;
# Fonts that Debian's list lacks.
types {
  font/ttf ttf;
  font/otf otf;
}
default_type application/octet-stream;
client_body_temp_path /tmp/bodies;
proxy_temp_path /tmp/answers;
fastcgi_temp_path /tmp/fastcgi;
uwsgi_temp_path /tmp/uwsgi;
scgi_temp_path /tmp/scgi;
server_tokens off;
absolute_redirect off;
sendfile on;
tcp_nopush on;
# Longer than Google's load balancers keep an idle connection (600 s): otherwise they send a request into one that closes.
keepalive_timeout 620s;
keepalive_requests 10000;
# A peer that sends or takes nothing for so long is let go; the first is for all headers together.
client_header_timeout 15s;
client_body_timeout 30s;
send_timeout 60s;
reset_timedout_connection on;
# Lines of up to 16k: CKAN's search pages make long query strings.
client_header_buffer_size 4k;
large_client_header_buffers 4 16k;
`;

/** The log omits queries: they may hold what people search for, or the key that resets a password. */
const accessLog = `map $request_uri $path {
  "~^(?<without_query>[^?]*)" $without_query;
}
log_format json escape=json '{"time":"$time_iso8601","id":"$request_id","address":"$remote_addr","method":"$request_method",'
  '"path":"$path","protocol":"$server_protocol","status":$status,"bytes":$bytes_sent,"received":$request_length,'
  '"seconds":$request_time,"ckanSeconds":"$upstream_response_time","ckanStatus":"$upstream_status",'
  '"cache":"$upstream_cache_status","agent":"$http_user_agent"}';
access_log /dev/stdout json;
`;

function requestMaps({ host }: ProxyOptions): string {
  return `map $http_host $visitor_host {
  "" ${host};
  default $http_host;
}
# The path as CKAN understands it too: /base/../api and /%61pi are /api.
map $uri $understood {
  default $uri;
}
# From anybody: it decides only what the sender itself is told.
map $http_x_forwarded_proto $visitor_scheme {
  https https;
  default http;
}
`;
}

function server(options: ProxyOptions): string {
  const { maximumUploadMegabytes } = options;
  const bodies = `# Looked at here, it stays: later, the path may be one that only nginx itself asks for.
set $kept $understood;
# The file, and a megabyte for the other fields of the form.
client_max_body_size ${maximumUploadMegabytes + 1}m;
client_body_buffer_size 16k;
`;
  return [
    bodies,
    limitLines(options),
    compression,
    toCkan(options.answerSeconds),
    headers(options.headers),
    errors(maximumUploadMegabytes),
    locations(options),
  ].join("");
}

/** Takes the visitor's address from X-Forwarded-For: the last one that is not a trusted proxy itself. */
function clientAddress(trustedProxies: readonly string[]): string {
  if (trustedProxies.length === 0) return "";
  const networks = proxyAddresses(trustedProxies).map((network) => `set_real_ip_from ${network};\n`);
  return `${networks.join("")}real_ip_header X-Forwarded-For;\nreal_ip_recursive on;\n`;
}

/** Images and archives are compressed already; files from the store are not compressed, to keep their length and ranges. */
const compression = `gzip on;
gzip_comp_level 4;
gzip_min_length 1000;
gzip_proxied any;
gzip_vary on;
gzip_types text/css text/plain text/csv text/javascript application/javascript application/json application/xml
  application/rdf+xml application/ld+json text/turtle text/n3 image/svg+xml;
`;
