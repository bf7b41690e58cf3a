/** Names of objects whose content must not change under a running pod. */
import { createHash } from "node:crypto";

/**
 * `<name>-<hash of the content>`: a change makes a new object, pods move over to it, and the old one stays until they have. Keys are
 * sorted, so that only the content counts.
 *
 * Use it as the logical name too, so that each content is a resource of its own. With a constant logical name a change would be a
 * replacement. After a failed `up` Pulumi still has the old object to delete, and going back to the old content would reuse its name just
 * before Pulumi deletes it.
 */
export function contentName(name: string, content: unknown): string {
  return `${name}-${createHash("sha256")
    .update(canonical([name, content]))
    .digest("hex")
    .slice(0, 8)}`;
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return `{${entries
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`)
      .join(",")}}`;
  }
  return JSON.stringify(value) ?? "null";
}
