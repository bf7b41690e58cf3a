/** Response headers that nginx adds. */

/** What browsers do about violations of the Content-Security-Policy. */
export const CspMode = { ReportOnly: "report-only", Enforce: "enforce", Off: "off" } as const;
export type CspMode = (typeof CspMode)[keyof typeof CspMode];

export interface HeaderOptions {
  /** Seconds for which browsers use https only (HSTS); 0 if the site is not reached by https. */
  readonly hstsSeconds: number;
  readonly contentSecurityPolicy: { readonly mode: CspMode; readonly policy: string };
  /** Keeps search engines away, for a second host name of the site. @default false */
  readonly noindex?: boolean;
}

/**
 * Allows what the pages of CKAN and of the plugins in our image do, as observed in a browser. Scripts are files of the site, except for
 * inline handlers in the upload form (resource_upload_field.html) and inline scripts in views (datatables_view.html, text_view.html).
 * DataTables sets styles itself. Users' pictures come from gravatar.com, and logos from anywhere.
 */
export const defaultPolicy =
  "default-src 'self'; script-src 'self' 'unsafe-inline'; img-src * data:; style-src 'self' 'unsafe-inline'; font-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'";

/** Maps for the values of headers: directives for `http`. */
export const headerMaps = `# Views of resources are made to be embedded by others; everything else is shown by the site itself only.
map $understood $embedding {
  "~/dataset/[^/]+/resource/[^/]+/view/" "";
  default "frame-ancestors 'self'";
}
map "$status:$upstream_http_retry_after" $retry_after {
  "~^(429|502|503|504):$" 5;
}
`;

/**
 * Directives for `server`. A location that adds a header of its own inherits none, so it must repeat these. `own` is a
 * Content-Security-Policy in place of the pages'.
 */
export function headers(options: HeaderOptions, own?: string): string {
  const { hstsSeconds, contentSecurityPolicy, noindex = false } = options;
  const { mode, policy } = contentSecurityPolicy;
  const add = (name: string, value: string) => `add_header ${name} ${value} always;\n`;
  const ofPages = mode === CspMode.Enforce ? `"${policy}; $embedding"` : "$embedding";
  return [
    add("X-Request-ID", "$request_id"),
    add("Retry-After", "$retry_after"),
    add("X-Content-Type-Options", "nosniff"),
    add("Referrer-Policy", "strict-origin-when-cross-origin"),
    noindex ? add("X-Robots-Tag", "noindex") : "",
    hstsSeconds === 0 ? "" : add("Strict-Transport-Security", `"max-age=${hstsSeconds}"`),
    add("Content-Security-Policy", own ?? ofPages),
    own === undefined && mode === CspMode.ReportOnly ? add("Content-Security-Policy-Report-Only", `"${policy}"`) : "",
  ].join("");
}
