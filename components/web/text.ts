/** Small helpers for configuration files. */

/** The text two spaces further right. */
export function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "  ");
}
