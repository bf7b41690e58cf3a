/** nginx's own error pages. */

/** The page for each error. A location with an `error_page` of its own inherits none, so it must repeat these. */
export const errorPages = `error_page 413 @too_large;
error_page 429 503 @busy;
error_page 500 =503 @away;
error_page 502 504 @away;
`;

/** The pages: directives for `server`. */
export function errors(maximumUploadMegabytes: number): string {
  return `${errorPages}# The status stays that of the error.
location @too_large {
  default_type text/plain;
  return 413 "This site takes files of up to ${maximumUploadMegabytes} MB.\\n";
}
location @busy {
  default_type text/plain;
  return 503 "This site has too much to do. Please try again in a moment.\\n";
}
location @away {
  default_type text/plain;
  return 503 "This site does not answer at the moment. Please try again in a moment.\\n";
}
`;
}
