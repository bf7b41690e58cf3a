/** Detects drift by previews of the commit that each stack was last deployed from. */

export const driftMarker = "<!-- ckan-environments drift report -->";
export const driftLabel = "drift";
export const driftTitle = "Drift: what runs is not what is declared";

/** Operations of a preview that change nothing. */
const idle = ["same", "read", "refresh"];

export type Finding =
  | { readonly kind: "none" }
  | { readonly kind: "drift"; readonly operations: Readonly<Record<string, number>> }
  /** The preview failed. */
  | { readonly kind: "unknown" };

/** @param preview output of `pulumi preview --json`; undefined when there is none */
export function finding(preview: string | undefined): Finding {
  const counts = preview === undefined ? undefined : changeSummary(preview);
  if (counts === undefined) return { kind: "unknown" };
  const operations = Object.entries(counts)
    .filter(([operation, count]) => count > 0 && !idle.includes(operation))
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
  return operations.length === 0 ? { kind: "none" } : { kind: "drift", operations: Object.fromEntries(operations) };
}

/** A preview that failed half way has none. */
function changeSummary(text: string): Readonly<Record<string, number>> | undefined {
  try {
    return (JSON.parse(text) as { readonly changeSummary?: Readonly<Record<string, number>> }).changeSummary;
  } catch {
    return undefined;
  }
}

/** What to do with the issue. It is closed only when every stack was checked. */
export type Verdict = "write" | "close" | "leave";

export function verdict(findings: Readonly<Record<string, Finding>>): Verdict {
  const kinds = Object.values(findings).map(({ kind }) => kind);
  if (kinds.includes("drift")) return "write";
  return kinds.length === 0 || kinds.includes("unknown") ? "leave" : "close";
}

export function issueText(findings: Readonly<Record<string, Finding>>, report: string): string {
  return [
    driftMarker,
    "Somebody or something changed what Pulumi declares. `pulumi up` puts it back; what should stay belongs into the program or the",
    "stack file. This issue is rewritten by every check, and closed by the first one that finds nothing.",
    "",
    ...findingLines(findings).map((line) => `- ${line}`),
    "",
    report.trim(),
    "",
  ].join("\n");
}

export function findingLines(findings: Readonly<Record<string, Finding>>): readonly string[] {
  return Object.entries(findings).map(([stack, found]) => `**${stack}**: ${sentence(found)}`);
}

function sentence(found: Finding): string {
  switch (found.kind) {
    case "none":
      return "no drift";
    case "drift":
      return Object.entries(found.operations)
        .map(([operation, count]) => `${count} to ${operation}`)
        .join(", ");
    case "unknown":
      return "not known: its preview failed, and the log of its job says why";
  }
}
