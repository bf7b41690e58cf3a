/** Previews as they are kept for tests: what the report reads of them, without what differs from run to run. */
import { bareName } from "../../review/content-name.ts";
import { parsePreview } from "../../review/preview.ts";

const hashed = /\b([a-z][a-z0-9.-]*)-([0-9a-f]{8})\b/g;

/** A preview as JSON: the engine's order, times, ids and source positions left out. */
export function reduced(output: string): string {
  const { config, steps, diagnostics } = parsePreview(output);
  const sorted = steps
    .map((step) => ({ ...step, ...(step.replaceReasons && { replaceReasons: [...step.replaceReasons].sort() }) }))
    .sort((one, other) => (place(one) < place(other) ? -1 : 1));
  return `${JSON.stringify(renumbered({ config, steps: sorted, diagnostics }), null, 1)}\n`;
}

/** Markdown without hashes: they follow from every byte of what they are of. */
export function withoutHashes(markdown: string): string {
  return markdown.replaceAll(hashed, (name) => `${bareName(name)}-<content>`);
}

function place({ urn, op }: { readonly urn: string; readonly op: string }): string {
  return `${bareName(urn)} ${op}`;
}

/**
 * Hashes of contents as numbers in the order in which they occur: still hashes to the report, and the same when something in the
 * content changes that the report does not show; scripts, whose texts no report shows, by a word.
 */
function renumbered(value: unknown): unknown {
  const numbers = new Map<string, string>();
  const text = JSON.stringify(value).replaceAll(hashed, (_, before: string, hash: string) => {
    const number = numbers.get(hash) ?? String(numbers.size + 1).padStart(8, "0");
    numbers.set(hash, number);
    return `${before}-${number}`;
  });
  return JSON.parse(text, (key, value) => (key.endsWith(".py") ? "(a script)" : value));
}
