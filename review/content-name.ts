/** Names that end in a hash of the object's content, such as `opendata-web-1a2b3c4d`: new content gets a new name. */

export const contentHash = /-[0-9a-f]{8}$/;

/** The name without its hash. */
export function bareName(name: string): string {
  return name.replace(contentHash, "");
}
