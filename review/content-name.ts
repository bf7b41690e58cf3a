/** Names that end in a hash of what they are of, such as `opendata-web-1a2b3c4d`: another content has another name. */

export const contentHash = /-[0-9a-f]{8}$/;

/** The name without the hash of its content. */
export function bareName(name: string): string {
  return name.replace(contentHash, "");
}
