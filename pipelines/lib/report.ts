/** How one report is asked for the previews that a pipeline has made. */
import type { Affected } from "./changes.ts";

/** Begins the comment on a change; the one that has it is replaced. */
export const reviewMarker = "<!-- ckan-environments preview report -->";

export interface ReportRequest {
  readonly stacks: readonly string[];
  readonly skipped: Readonly<Record<string, string>>;
  /** File of each stack's preview; one that has none failed. */
  readonly previews: Readonly<Record<string, string>>;
  readonly markdown: string;
  readonly json: string;
  /** Risks that end with code 3, joined by commas; none when empty. */
  readonly failOn: string;
  /** Characters that the Markdown may have. */
  readonly limit: number;
}

const failed = "its preview failed: the log of its job says why";

/** Arguments of `preview:report`. Only what was previewed is reported on; the rest is named with its reason. */
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

/** Stacks without a report, with the reason. */
export function unreported({ stacks, skipped, previews }: Pick<ReportRequest, "stacks" | "skipped" | "previews">) {
  const broken = stacks.filter((stack) => previews[stack] === undefined).map((stack) => [stack, failed] as const);
  return { ...skipped, ...Object.fromEntries(broken) };
}

/** The whole text where there is no preview to report on. */
export function emptyReport(reasons: Readonly<Record<string, string>>): string {
  const lines = Object.entries(reasons).map(([stack, reason]) => `- **${stack}**: skipped, ${reason}`);
  return [reviewMarker, "## No environment was previewed", "", ...lines, ""].join("\n");
}

/** What `pipeline:affected --format json` wrote. */
export function readAffected(text: string): Affected {
  const { touched, skipped } = JSON.parse(text) as Partial<Affected>;
  if (touched === undefined || skipped === undefined) throw new Error("this is no output of pipeline:affected");
  return { touched, skipped };
}
