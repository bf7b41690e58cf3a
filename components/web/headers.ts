/** What every answer tells browsers, beside its content. */

/** What becomes of pages that load or run something from elsewhere. */
export const CspMode = { ReportOnly: "report-only", Enforce: "enforce", Off: "off" } as const;
export type CspMode = (typeof CspMode)[keyof typeof CspMode];

export interface HeaderOptions {
  /** Seconds for which browsers come back by https only; 0 where the site is not reached by https. */
  readonly hstsSeconds: number;
  readonly contentSecurityPolicy: { readonly mode: CspMode; readonly policy: string };
  /** Whether search engines are to leave the site out, because it has another name. @default false */
  readonly noindex?: boolean;
}

/**
 * What CKAN's own pages and those of the plugins in our image do, as a browser saw it: scripts are files of the site, but for the handlers
 * in the form of an upload (resource_upload_field.html) and the lines in front of a table or a text (datatables_view.html, text_view.html);
 * DataTables sets styles by itself; pictures of users come from gravatar.com, and logos from anywhere.
 */
export const defaultPolicy =
  "default-src 'self'; script-src 'self' 'unsafe-inline'; img-src * data:; style-src 'self' 'unsafe-inline'; font-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'";

/** What the headers' values follow from: directives for `http`. */
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
 * Directives for `server`; a location that adds a header of its own has to repeat them. With a policy of its own, whatever is said of
 * pages.
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
