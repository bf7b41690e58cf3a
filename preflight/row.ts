/** Results of preflight, one row per check, and their table. */
import { excerpt, plain } from "./plain.ts";

export const Finding = {
  Met: "ok",
  Missing: "MISSING",
  /** Not checked: no permission, no token, no answer. */
  NotKnown: "not known",
} as const;
export type Finding = (typeof Finding)[keyof typeof Finding];

export interface Row {
  /** What the stack file needs, such as "StorageClass premium-rwo". */
  readonly need: string;
  readonly finding: Finding;
  /** What was found, such as "there" or "the cluster has: standard, premium". */
  readonly seen: string;
  /** The remedy. Absent when the need is met. */
  readonly remedy?: string;
}

export function met(need: string, seen: string): Row {
  return { need, finding: Finding.Met, seen };
}

export function missing(need: string, seen: string, remedy: string): Row {
  return { need, finding: Finding.Missing, seen, remedy };
}

export function notKnown(need: string, seen: string, remedy: string): Row {
  return { need, finding: Finding.NotKnown, seen, remedy };
}

/** Rows about one subject, such as the cluster. */
export interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** One table, with the remedy below each row that is not met. Foreign text is made safe only here. */
export function table(found: readonly Section[]): string {
  const sections = found.map(({ title, rows }) => ({ title, rows: rows.map(harmless) }));
  const all = sections.flatMap(({ rows }) => rows);
  const width = Math.max(...all.map(({ need }) => need.length));
  const widest = Math.max(...Object.values(Finding).map((finding) => finding.length));
  const line = ({ need, finding, seen }: Row) => `  ${finding.padEnd(widest)}  ${need.padEnd(width)}  ${seen}`;
  return sections
    .filter(({ rows }) => rows.length > 0)
    .map(({ title, rows }) => {
      const lines = rows.flatMap((row) => [
        line(row),
        ...(row.remedy === undefined ? [] : [`  ${" ".repeat(widest)}  -> ${row.remedy}`]),
      ]);
      return `${[title, ...lines].join("\n")}\n`;
    })
    .join("\n");
}

function harmless({ need, finding, seen, remedy }: Row): Row {
  const harmlessRow = { need: plain(need), finding, seen: excerpt(seen) };
  return remedy === undefined ? harmlessRow : { ...harmlessRow, remedy: plain(remedy) };
}

/** The number of rows per result, for the last line. */
export function summary(sections: readonly Section[]): string {
  const all = sections.flatMap(({ rows }) => rows);
  return Object.values(Finding)
    .map((finding) => `${all.filter((row) => row.finding === finding).length} ${finding}`)
    .join(", ");
}
