/** Small pieces of Markdown. Whatever comes from a preview is data: none of it may become markup, a mention or a link. */
import type { Operation } from "./changes.ts";

/** What happens to an object, as a verdict says it. */
export const operationWords: Readonly<Record<Operation, string>> = {
  created: "created",
  updated: "updated",
  replaced: "replaced",
  deleted: "deleted",
  imported: "imported",
  guarded: "protected otherwise",
};

/** A code span; a line break inside would end it. */
export function code(text: string): string {
  const flat = text.replaceAll(/\s*\n\s*/g, " ").trim();
  const longest = Math.max(0, ...[...flat.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  // A span that begins or ends with a backtick needs a space between.
  const pad = flat === "" || flat.startsWith("`") || flat.endsWith("`") ? " " : "";
  return `${fence}${pad}${flat}${pad}${fence}`;
}

/** A block of code; its fence is longer than any inside. */
export function fenced(text: string, language = ""): string {
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

/** Text outside of code, without markup: for names and reasons of people. */
export function plain(text: string): string {
  return text
    .replaceAll(/\s*\n\s*/g, " ")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll(/([\\`*_[\]|~])/g, "\\$1")
    .replaceAll("@", "@\u200b");
}

/** Text that holds code spans of its own, which stay; nothing else of it becomes markup. */
export function prose(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((piece, index) => (index % 2 === 1 ? code(piece.slice(1, -1)) : plain(piece)))
    .join("");
}

/** A part that opens on a click. */
export function folded(summary: string, body: string): string {
  return `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`;
}

/** A bar inside a cell would end it, even in a code span. */
export function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll(/(?<!\\)\|/g, "\\|")).join(" | ")} |`;
  return [line(columns), line(columns.map(() => "---")), ...rows.map(line)].join("\n");
}

/** `1 object`, `2 objects`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
