/**
 * Downloads: CKAN decides who may have a file, and nginx sends it from the disk or the store. If CKAN sent files itself, slow
 * readers would block its processes (ckan/ckan#5933).
 */
import { errorPages } from "./errors.conf.ts";
import { headers } from "./headers.ts";
import type { ProxyOptions } from "./options.ts";
import { indent } from "./text.ts";

/** Internal location that fetches a file from the store. */
const storePath = "/_store";

/** Internal location of files on the disk. The path and the folders must match downloads.py. */
const diskPath = "/_files";
const diskFolders = ["resources", "storage/uploads"];

/** Internal paths, as part of a regular expression. */
export const filePaths = "store|files/.*";

/**
 * Headers of a file: directives for `http`. A 304 carries no content type, so it sets none of these headers: they would replace
 * those that the browser stored with the file.
 */
export const fileMaps = `# Nothing that a visitor uploaded runs as a part of the site (ckan/ckan#2464). Safari shows no PDF in a sandbox, and no browser runs one
# as a part of the site (adobe/aem-core-wcm-components#2839).
map "$status $sent_http_content_type" $file_policy {
  "~^304 " "";
  "~*^[0-9]+ application/pdf$" "frame-ancestors 'self'";
  default "sandbox; frame-ancestors 'self'";
}
# What browsers may show by themselves; SVG is no picture but a page. As in downloads.py.
map "$status $upstream_http_content_type" $shown {
  "~^304 " unchanged;
  "~*^[0-9]+ (application/pdf|image/[a-z0-9.-]+)$" yes;
  default no;
}
map "$shown $upstream_http_content_disposition" $store_disposition {
  "~^unchanged" "";
  "~^yes (?<as_stored>.*)$" $as_stored;
  "~^no [^;]*(?<file_name>;.*)?$" "attachment$file_name";
}
# MinIO knows no If-Range: of a file that has changed since, it would send a part to who has the other part of the old one. With that
# header it is asked for the whole, and nginx decides.
map $http_if_range $store_range {
  "" $http_range;
  default "";
}
# Of two conditions the one about the content counts (RFC 9110, 13.2.2); MinIO looks at both.
map $http_if_none_match $store_modified_since {
  "" $http_if_modified_since;
  default "";
}
`;

export function fileLocations(options: ProxyOptions): string {
  const disk = diskFolders.map((folder) => fromDisk(`${folder}/`, options)).join("");
  return disk + (options.handsFilesOn ? fromStore(options) : "") + fileErrors;
}

/** nginx handles ranges and conditional requests itself; content type and file name come from CKAN. */
function fromDisk(folder: string, options: ProxyOptions): string {
  return `location ^~ ${diskPath}/${folder} {
  internal;
  alias ${options.storagePath}/${folder};
  disable_symlinks on from=${options.storagePath}/${folder};
  gzip off;
${indent(errorPages)}  error_page 403 404 @no_file;
  error_page 412 @changed;
  error_page 416 @no_part;
${indent(headers(options.headers, "$file_policy"))}}
`;
}

/**
 * CKAN has allowed the download and returns a link signed for the store. The store checks the signature. Of the visitor's request
 * it gets only the method, the range and the conditions. Its errors are not passed on, because they name its buckets.
 */
function fromStore(options: ProxyOptions): string {
  const fetched = (range: string) => `  proxy_pass $store_link;
  proxy_pass_request_headers off;
  proxy_pass_request_body off;
  proxy_set_header Content-Length "";
  proxy_set_header Host $store_host;
  proxy_set_header Connection "";
  proxy_set_header Range ${range};
  proxy_set_header If-Match $http_if_match;
  proxy_set_header If-None-Match $http_if_none_match;
  proxy_set_header If-Modified-Since $store_modified_since;
  proxy_set_header If-Unmodified-Since $http_if_unmodified_since;
  proxy_force_ranges on;
  proxy_ignore_headers X-Accel-Redirect X-Accel-Expires X-Accel-Limit-Rate X-Accel-Buffering X-Accel-Charset;
  proxy_hide_header Content-Disposition;
  proxy_hide_header Strict-Transport-Security;
  proxy_hide_header Content-Security-Policy;
  proxy_hide_header X-Content-Type-Options;
  proxy_hide_header X-Xss-Protection;
  proxy_hide_header X-Amz-Meta-Package_id;
  proxy_hide_header X-Amz-Meta-Uploaded_by;
  proxy_hide_header X-Amz-Id-2;
  proxy_hide_header X-Amz-Request-Id;
  proxy_hide_header X-Ratelimit-Limit;
  proxy_hide_header X-Ratelimit-Remaining;
  # A slow reader holds a connection to the store, and no disk.
  proxy_max_temp_file_size 0;
  gzip off;
  add_header Content-Disposition $store_disposition;
${indent(headers(options.headers, "$file_policy"))}  proxy_intercept_errors on;
  recursive_error_pages on;
${indent(errorPages)}  error_page 400 401 403 404 405 @no_file;
  error_page 412 @changed;
`;
  return `location = ${storePath} {
  internal;
  set $store_link $upstream_http_x_store_link;
  set $store_host $upstream_http_x_store_host;
${fetched("$store_range")}  error_page 416 = @store_whole;
}
# The store does not say how long a file is of which a part behind its end was wanted; nginx does.
location @store_whole {
${fetched('""')}  error_page 416 @no_part;
}
`;
}

const fileErrors = `location @no_file {
  default_type text/plain;
  return 404 "This file is not there.\\n";
}
location @changed {
  default_type text/plain;
  return 412 "This file has changed.\\n";
}
# nginx looks at ranges last: the headers of the file are there already, and would be there twice.
location @no_part {
  default_type text/plain;
  add_header Retry-After "";
  return 416 "This file has no such part.\\n";
}
`;
