/** The report as a value, the basis of its Markdown and its JSON. It contains no secrets. */
import { type Change, changesOf, type Operation } from "./changes.ts";
import type { PropertyChange } from "./difference.ts";
import { exceptionsOf, type ReportedException } from "./exceptions.ts";
import { maskText } from "./mask.ts";
import { kindOf } from "./place.ts";
import { type PolicyViolation, violationsOf } from "./policies.ts";
import type { Diagnostic, Preview } from "./preview.ts";
import { type Finding, RiskClass, riskClasses } from "./risk.ts";
import { findingsOf } from "./rules/index.ts";

/** Raised when a field is removed or changes its meaning, not when one is added. */
export const reportVersion = 1;

export const Verdict = {
  NoChange: "no-change",
  Changes: "changes",
  /** A rule found something, but no data are at risk. */
  Risks: "risks",
  /** data-loss or data-detached was found. */
  DataAtRisk: "data-at-risk",
  /** The preview failed. The report contains its findings up to then. */
  Failed: "failed",
  Skipped: "skipped",
} as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

export interface Report {
  readonly version: typeof reportVersion;
  readonly stacks: readonly StackReport[];
}

export interface StackReport {
  readonly stack: string;
  readonly verdict: Verdict;
  /** Why it failed or was skipped; otherwise missing. */
  readonly reason?: string;
  /** Number of objects per operation; components, the stack itself and Pulumi's default providers do not count. */
  readonly counts: Readonly<Record<Operation, number>>;
  /** Classes of the findings, gravest first. */
  readonly classes: readonly RiskClass[];
  readonly risks: readonly Finding[];
  readonly changes: readonly ReportedChange[];
  /** Policy violations, if the preview ran with this project's pack. */
  readonly policies: readonly PolicyViolation[];
  readonly exceptions: readonly ReportedException[];
  /** Errors and warnings of the preview. */
  readonly diagnostics: readonly string[];
}

export interface ReportedChange {
  readonly operation: Operation;
  readonly instance: string | undefined;
  readonly part: string;
  readonly kind: string;
  readonly name: string;
  readonly urn: string;
  /** Whether the whole site appears or goes with it. */
  readonly site: "new" | "gone" | "kept";
  readonly properties: readonly PropertyChange[];
  readonly reasons: readonly string[];
  readonly follows: readonly string[];
}

/** Result of one stack's preview. */
export type Outcome =
  | { readonly kind: "previewed"; readonly stack: string; readonly preview: Preview; readonly failed: boolean }
  | { readonly kind: "failed"; readonly stack: string; readonly message: string }
  | { readonly kind: "skipped"; readonly stack: string; readonly reason: string };

/** @param today for expiry dates of exceptions, as YYYY-MM-DD. @default nothing is compared */
export function reportOf(outcomes: readonly Outcome[], today?: string): Report {
  return { version: reportVersion, stacks: outcomes.map((outcome) => stackReport(outcome, today)) };
}

/** Classes in the report that fail a gate. */
export function gated(report: Report, refused: readonly RiskClass[]): readonly RiskClass[] {
  const found = new Set(report.stacks.flatMap(({ classes }) => classes));
  return riskClasses.filter((one) => refused.includes(one) && found.has(one));
}

function stackReport(outcome: Outcome, today: string | undefined): StackReport {
  switch (outcome.kind) {
    case "skipped":
      return { ...empty(outcome.stack), verdict: Verdict.Skipped, reason: maskText(outcome.reason) };
    case "failed":
      return { ...empty(outcome.stack), verdict: Verdict.Failed, reason: masked(outcome.message) };
    case "previewed":
      return previewed(outcome, today);
  }
}

function previewed(
  { stack, preview, failed }: Outcome & { kind: "previewed" },
  today: string | undefined,
): StackReport {
  const changes = changesOf(preview);
  const risks = findingsOf(changes);
  const classes = riskClasses.filter((one) => risks.some((risk) => risk.class === one));
  const { exceptions, mistakes } = exceptionsOf(preview.config, today);
  const errors = messages(preview.diagnostics, "error");
  const isFailed = failed || errors.length > 0;
  return {
    stack,
    verdict: isFailed ? Verdict.Failed : verdictOf(changes, classes),
    ...(isFailed && { reason: errors.join("\n\n") || "the preview ended with an error and did not say which" }),
    counts: count(changes),
    classes,
    risks,
    changes: changes.map(reported),
    policies: violationsOf(preview.diagnostics),
    exceptions,
    diagnostics: [...mistakes, ...messages(preview.diagnostics, "warning")],
  };
}

function empty(stack: string): StackReport {
  return {
    stack,
    verdict: Verdict.NoChange,
    counts: count([]),
    classes: [],
    risks: [],
    changes: [],
    policies: [],
    exceptions: [],
    diagnostics: [],
  };
}

function verdictOf(changes: readonly Change[], classes: readonly RiskClass[]): Verdict {
  if (classes.includes(RiskClass.DataLoss) || classes.includes(RiskClass.DataDetached)) return Verdict.DataAtRisk;
  if (classes.length > 0) return Verdict.Risks;
  return changes.length > 0 ? Verdict.Changes : Verdict.NoChange;
}

function count(changes: readonly Change[]): Readonly<Record<Operation, number>> {
  const counts = { created: 0, updated: 0, replaced: 0, deleted: 0, imported: 0, guarded: 0 };
  for (const { operation } of changes) counts[operation] += 1;
  return counts;
}

function reported(change: Change): ReportedChange {
  const { operation, instance, part, type, name, urn, site, properties, reasons, follows } = change;
  return { operation, instance, part, kind: kindOf(type), name, urn, site, properties, reasons, follows };
}

/** Sorted: the engine's order varies from run to run. */
function messages(diagnostics: readonly Diagnostic[], severity: string): readonly string[] {
  const texts = diagnostics.filter((one) => one.severity === severity).map(({ message }) => masked(message));
  const telling = texts.filter((text) => text !== "" && !/^(?:error: )?preview failed$/.test(text));
  return [...new Set(telling.length > 0 ? telling : texts)].sort();
}

function masked(text: string): string {
  return maskText(text.trim());
}
