/** The scan's report for people. */
import { type Accepted, type Report, unacceptedOf, type Verdict } from "./findings.ts";

/** One line per stack and scanner. */
export function reportLines(reports: readonly Report[], accepted: readonly Accepted[]): readonly string[] {
  const rows = reports.map((report) => {
    const { stack, scanner, looked, passed, findings } = report;
    const rest = unacceptedOf(report, accepted).length;
    return [stack, scanner, looked.size, passed, findings.length, findings.length - rest].map(String);
  });
  return table([["stack", "scanner", "objects", "passed", "findings", "accepted"], ...rows]);
}

function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const text = 2;
  return rows.map((row) =>
    row
      .map((cell, column) => (column < text ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  "),
  );
}

/** What is wrong, and the remedy. */
export function verdictLines({ unaccepted, stale, unseen }: Verdict): readonly string[] {
  const sections = [
    {
      title: "Not accepted",
      lines: unaccepted,
      remedy:
        "mend the object where it is declared; where that would make it worse, list it in scan/accepted.yaml and say why",
    },
    {
      title: "Accepted, but it does not occur",
      lines: stale,
      remedy: "take it out of scan/accepted.yaml",
    },
    {
      title: "Not looked at",
      lines: unseen,
      remedy: "find out why the scanner passes these objects by: as it is, its silence says nothing about them",
    },
  ];
  return sections
    .filter(({ lines }) => lines.length > 0)
    .flatMap(({ title, lines, remedy }) => [
      "",
      `${title}:`,
      ...lines.map((line) => `  ${line}`),
      `What to do: ${remedy}.`,
    ]);
}
