/** Builds the report on a pipeline's previews. */
import type { Affected } from "./changes.ts";

/** First line of the comment on a change; a comment with it is replaced. */
export const reviewMarker = "<!-- ckan-environments preview report -->";

export interface ReportRequest {
  readonly stacks: readonly string[];
  readonly skipped: Readonly<Record<string, string>>;
  /** Preview file by stack; a stack without one has failed. */
  readonly previews: Readonly<Record<string, string>>;
  readonly markdown: string;
  readonly json: string;
  /** Risk classes that exit with code 3, separated by commas; empty for none. */
  readonly failOn: string;
  /** Maximum length of the Markdown, in characters. */
  readonly limit: number;
}

const failed = "its preview failed: the log of its job says why";

/** Arguments of `preview:report`: stacks with a preview are reported, the others listed with a reason. */
export function reportArguments(request: ReportRequest): readonly string[] {
  const { stacks, previews, markdown, json, failOn, limit } = request;
  const made = stacks.filter((stack) => previews[stack] !== undefined);
  return [
    ...made,
    ...made.flatMap((stack) => ["--from", `${stack}=${previews[stack]}`]),
    ...Object.entries(unreported(request)).flatMap(([stack, reason]) => ["--skipped", `${stack}=${reason}`]),
    ...["--markdown", markdown, "--json", json, "--limit", String(limit)],
    ...(failOn === "" ? [] : ["--fail-on", failOn]),
  ];
}

/** Stacks without a report, and why. */
export function unreported({ stacks, skipped, previews }: Pick<ReportRequest, "stacks" | "skipped" | "previews">) {
  const broken = stacks.filter((stack) => previews[stack] === undefined).map((stack) => [stack, failed] as const);
  return { ...skipped, ...Object.fromEntries(broken) };
}

/** The report when there is no preview. */
export function emptyReport(reasons: Readonly<Record<string, string>>): string {
  const lines = Object.entries(reasons).map(([stack, reason]) => `- **${stack}**: skipped, ${reason}`);
  return [reviewMarker, "## No environment was previewed", "", ...lines, ""].join("\n");
}

/** Parses the output of `pipeline:affected --format json`. */
export function readAffected(text: string): Affected {
  const { touched, skipped } = JSON.parse(text) as Partial<Affected>;
  if (touched === undefined || skipped === undefined) throw new Error("this is no output of pipeline:affected");
  return { touched, skipped };
}
