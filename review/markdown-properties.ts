/** Properties with their old and new values, one list item each. */
import { isKnownLater, type PropertyChange } from "./difference.ts";
import { code, fenced } from "./markdown-text.ts";

/** Longest value and text, in characters and lines, that are readable at a glance; the JSON report has all of it. */
const longestValue = 160;
const mostLines = 60;
const mostProperties = 40;

export function propertyLines(properties: readonly PropertyChange[]): readonly string[] {
  const later = properties.filter(isKnownLater).map(({ path }) => code(path));
  const known = properties.filter((change) => !isKnownLater(change));
  const shown = known.slice(0, mostProperties).map(line);
  const more = known.length - shown.length;
  return [
    ...shown,
    ...(more > 0 ? [`- and ${more} more ${more === 1 ? "property" : "properties"}`] : []),
    ...(later.length > 0 ? [`- known after the update: ${later.join(", ")}`] : []),
  ];
}

function line(change: PropertyChange): string {
  if (change.kind === "text")
    return `- ${code(change.path)}:\n\n${fenced(shortened(change.lines).join("\n"), "diff")}\n`;
  const { path, old, next } = change;
  if (old === undefined) return `- ${code(path)}: ${value(next)} is new`;
  if (next === undefined) return `- ${code(path)}: ${value(old)} goes`;
  if (old === next) return `- ${code(path)}: changes, and is secret`;
  const [before, after] = whereTheyDiffer(old, next);
  return `- ${code(path)}: ${value(before)} → ${value(after)}`;
}

function shortened(lines: readonly string[]): readonly string[] {
  const rest = lines.length - mostLines;
  return rest > 0 ? [...lines.slice(0, mostLines), `... ${rest} more lines`] : lines;
}

/** Only the differing part of two long values, with some context. */
function whereTheyDiffer(old: string, next: string): readonly [string, string] {
  if (Math.max(old.length, next.length) <= longestValue) return [old, next];
  const around = 40;
  const least = Math.min(old.length, next.length);
  let same = 0;
  while (same < least && old[same] === next[same]) same += 1;
  let sameEnd = 0;
  while (sameEnd < least - same && old.at(-1 - sameEnd) === next.at(-1 - sameEnd)) sameEnd += 1;
  const cut = (text: string) => {
    const begin = Math.max(0, same - around);
    const end = Math.min(text.length, text.length - sameEnd + around);
    return `${begin > 0 ? "..." : ""}${text.slice(begin, end)}${end < text.length ? "..." : ""}`;
  };
  return [cut(old), cut(next)];
}

function value(text = ""): string {
  if (text.length <= longestValue) return code(text);
  return `${code(text.slice(0, longestValue))} ... (${text.length} characters)`;
}
