/** The report as Markdown, for a comment. */

import { Operation } from "./changes.ts";
import { detailsOf } from "./markdown-details.ts";
import { code, count, fenced, operationWords, plain, prose, table } from "./markdown-text.ts";
import type { PolicyViolation } from "./policies.ts";
import { type Report, type StackReport, Verdict } from "./report.ts";
import type { Finding } from "./risk.ts";

/** Identifies the comment for the pipeline. */
export const marker = "<!-- ckan-environments preview report -->";

/** GitHub's limit is 65,536 characters; the rest is for text that a pipeline adds. */
export const defaultLimit = 60_000;
/** Below this limit not even the verdicts fit. */
export const leastLimit = 2000;

/** The most findings of one stack in the comment. */
const mostFindings = 40;
/** Lines shown of an error; the first ones identify it. */
const errorLines = 30;

interface Block {
  readonly text: string;
  /** What the note about omitted blocks calls it. */
  readonly title: string;
}

/** At most `limit` characters: verdicts and risks first, then as many details as fit, with a note about what is left out. */
export function markdownOf(report: Report, limit: number = defaultLimit): string {
  const sections = report.stacks.map((stack) => ({ stack, head: headOf(stack), blocks: detailsOf(stack) }));
  const top = [marker, "## What this change does", verdicts(report)].join("\n\n");
  const fixed = sections.reduce((sum, { head }) => sum + head.length + 2, top.length);
  // Space for the note about what is left out.
  const note = 400;
  const chosen = choose(
    sections.map(({ blocks }) => blocks),
    limit - fixed - note,
  );
  const left = sections.flatMap(({ stack, blocks }, index) =>
    blocks.filter((block) => !chosen[index]?.includes(block)).map(({ title }) => `${stack.stack}: ${title}`),
  );
  const texts = sections.flatMap(({ head, blocks }, index) => [
    head,
    ...blocks.filter((block) => chosen[index]?.includes(block)).map(({ text }) => text),
  ]);
  return cut([top, ...texts.filter((text) => text !== ""), ...leftOut(left)].join("\n\n"), limit);
}

/** Blocks that fit, in order; a block that is too large does not exclude smaller ones after it. */
function choose(stacks: readonly (readonly Block[])[], room: number): readonly (readonly Block[])[] {
  let rest = room;
  return stacks.map((blocks) =>
    blocks.filter(({ text }) => {
      if (text.length + 2 > rest) return false;
      rest -= text.length + 2;
      return true;
    }),
  );
}

function leftOut(titles: readonly string[]): readonly string[] {
  if (titles.length === 0) return [];
  const named = titles.slice(0, 5).map(plain).join("; ");
  const more = titles.length > 5 ? `; and ${titles.length - 5} more` : "";
  const text = `Left out, because a comment holds no more: ${named}`;
  return [`_${(text + more).slice(0, 300)}. The report as JSON has all of it._`];
}

/** Last resort for hundreds of environments; cuts at line ends, never inside a code span. */
function cut(text: string, limit: number): string {
  const whole = `${text}\n`;
  if (whole.length <= limit) return whole;
  const note = "\n_Cut here, because a comment holds no more. The report as JSON has all of it._\n";
  const end = whole.lastIndexOf("\n\n", limit - note.length);
  return `${whole.slice(0, end)}\n${note}`;
}

function verdicts({ stacks }: Report): string {
  if (stacks.length === 0) return "No environment was looked at.";
  return table(
    ["environment", "verdict"],
    stacks.map((stack) => [plain(stack.stack), verdict(stack)]),
  );
}

/** The change to an environment, in one line. */
export function verdict({ verdict: what, reason = "", counts, classes }: StackReport): string {
  const objects = Object.values(Operation)
    .filter((operation) => counts[operation] > 0)
    .map((operation) => `${counts[operation]} ${operationWords[operation]}`);
  const summary = objects.join(", ");
  const names = classes.map((name) => `\`${name}\``).join(", ");
  switch (what) {
    case Verdict.NoChange:
      return "no change";
    case Verdict.Skipped:
      return `not previewed: ${plain(reason)}`;
    case Verdict.Changes:
      return summary;
    case Verdict.Risks:
      return `${summary}. Risks: ${names}`;
    case Verdict.DataAtRisk:
      return `**data at risk**: ${summary}. Risks: ${names}`;
    case Verdict.Failed: {
      const data = classes.some((name) => name.startsWith("data-")) ? ", **data at risk**" : "";
      return `**the preview failed**${data}${summary === "" ? "" : `; until then: ${summary}`}${names === "" ? "" : `. Risks: ${names}`}`;
    }
  }
}

/** What must not be missed: the heading, the error of a failed preview, and the risks. */
function headOf(stack: StackReport): string {
  const { verdict, exceptions, diagnostics, policies } = stack;
  if (verdict === Verdict.NoChange && [...exceptions, ...diagnostics, ...policies].length === 0) return "";
  if (verdict === Verdict.Skipped) return "";
  const failed = verdict === Verdict.Failed;
  const error = failed ? [fenced(shortened(stack.reason ?? ""))] : [];
  const refused = failed && stack.changes.length > 0 ? ["What the preview had found until then:"] : [];
  return [`### ${plain(stack.stack)}`, ...error, ...policyLines(policies), ...refused, ...findings(stack.risks)].join(
    "\n\n",
  );
}

function policyLines(violations: readonly PolicyViolation[]): readonly string[] {
  if (violations.length === 0) return [];
  const lines = violations.slice(0, mostFindings).map(({ policy, message, resource }) => {
    const where = resource === undefined ? "" : ` ${code(resource)}`;
    return `- **${plain(policy)}**${where}: ${prose(message)}`;
  });
  const rest = violations.length - lines.length;
  const more = rest > 0 ? [`- and ${count(rest, "more violation")}, all in the report as JSON`] : [];
  return ["What policies say:", [...lines, ...more].join("\n")];
}

function shortened(text: string): string {
  const lines = text.split("\n").map((line) => (line.length > 500 ? `${line.slice(0, 500)} ...` : line));
  return lines.length > errorLines
    ? [...lines.slice(0, errorLines), `... ${lines.length - errorLines} more lines`].join("\n")
    : lines.join("\n");
}

function findings(risks: readonly Finding[]): readonly string[] {
  if (risks.length === 0) return [];
  const lines = risks.slice(0, mostFindings).map(finding);
  const rest = risks.length - lines.length;
  return [
    [...lines, ...(rest > 0 ? [`- and ${count(rest, "more finding")}, all in the report as JSON`] : [])].join("\n"),
  ];
}

function finding({ class: name, text, instance, part, resources }: Finding): string {
  const where = [...(instance === undefined ? [] : [`${plain(instance)}`]), plain(part)].join(", ");
  const named = resources.slice(0, 4).map(code).join(", ");
  const more = resources.length > 4 ? ` and ${resources.length - 4} more` : "";
  return `- **${name}** ${where}: ${prose(text)} (${named}${more})`;
}
