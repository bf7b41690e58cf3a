/** Markdown helpers. Everything from a preview is data: it must not become markup, a mention or a link. */
import type { Operation } from "./changes.ts";

/** What happens to an object, in a verdict's words. */
export const operationWords: Readonly<Record<Operation, string>> = {
  created: "created",
  updated: "updated",
  replaced: "replaced",
  deleted: "deleted",
  imported: "imported",
  guarded: "protected otherwise",
};

/** A code span; a line break would end it. */
export function code(text: string): string {
  const flat = text.replaceAll(/\s*\n\s*/g, " ").trim();
  const longest = Math.max(0, ...[...flat.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  // A span that begins or ends with a backtick needs padding.
  const pad = flat === "" || flat.startsWith("`") || flat.endsWith("`") ? " " : "";
  return `${fence}${pad}${flat}${pad}${fence}`;
}

/** A code block, with a fence longer than any inside. */
export function fenced(text: string, language = ""): string {
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

/** Text without markup, for names and reasons written by people. */
export function plain(text: string): string {
  return text
    .replaceAll(/\s*\n\s*/g, " ")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll(/([\\`*_[\]|~])/g, "\\$1")
    .replaceAll("@", "@\u200b");
}

/** Text whose own code spans stay; nothing else becomes markup. */
export function prose(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((piece, index) => (index % 2 === 1 ? code(piece.slice(1, -1)) : plain(piece)))
    .join("");
}

/** A collapsible section. */
export function folded(summary: string, body: string): string {
  return `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`;
}

/** A table; an unescaped bar would end its cell, even in a code span. */
export function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll(/(?<!\\)\|/g, "\\|")).join(" | ")} |`;
  return [line(columns), line(columns.map(() => "---")), ...rows.map(line)].join("\n");
}

/** `1 object`, `2 objects`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
