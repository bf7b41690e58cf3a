/** docs/benchmarks.md: one section for each figure, each replaced by itself. */

/** A value that must not be missed. */
export interface Limit {
  /** What is limited, such as "memory of the program, MB". */
  readonly what: string;
  readonly value: number;
  readonly atMost?: number;
  readonly atLeast?: number;
}

export interface Section {
  readonly title: string;
  /** How it was measured, and what it does not say. */
  readonly method: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
  readonly limits: readonly Limit[];
}

/** A limit that was missed, as a sentence; undefined when it holds. NaN misses every limit. */
export function missed({ what, value, atMost, atLeast }: Limit): string | undefined {
  if (atMost !== undefined && !(value <= atMost)) return `${what}: ${digits(value)}, at most ${atMost} wanted`;
  if (atLeast !== undefined && !(value >= atLeast)) return `${what}: ${digits(value)}, at least ${atLeast} wanted`;
  return undefined;
}

/** The section as Markdown; `circumstances` says where and when it was measured. */
export function render({ title, method, columns, rows, limits }: Section, circumstances: string): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.map(cell).join(" | ")} |`;
  const table = [line(columns), line(columns.map((_, index) => (index === 0 ? "---" : "---:"))), ...rows.map(line)];
  const bounds = limits.map((limit) => {
    const bound = limit.atMost === undefined ? `at least ${limit.atLeast}` : `at most ${limit.atMost}`;
    return `- ${limit.what}: **${digits(limit.value)}**, ${bound}${missed(limit) === undefined ? "" : " - **missed**"}`;
  });
  return [`## ${title}`, method, table.join("\n"), bounds.join("\n"), circumstances].filter(Boolean).join("\n\n");
}

/** The document with the section of this title replaced, or added at its end. */
export function replaceSection(document: string, title: string, section: string): string {
  const [head = "", ...sections] = document.trimEnd().split(/\n+(?=## )/);
  const own = (text: string) => text.startsWith(`## ${title}\n`);
  const replaced = sections.some(own) ? sections.map((text) => (own(text) ? section : text)) : [...sections, section];
  return `${[head, ...replaced].join("\n\n")}\n`;
}

/** Three significant digits, and never fewer than the integer has. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}

function cell(value: string | number): string {
  return typeof value === "number" ? digits(value) : value;
}
