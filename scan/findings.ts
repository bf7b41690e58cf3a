/** What scanners say about stacks, and what of it is left when everything that is accepted is taken away. */

/** One thing that a scanner would have otherwise. */
export interface Finding {
  /** The scanner's name for what it looked at. */
  readonly check: string;
  /** File of the object. */
  readonly file: string;
  readonly message: string;
}

/** What one scanner says about one stack. */
export interface Report {
  readonly stack: string;
  readonly scanner: string;
  /** Files that it looked at, and those that it had to look at. */
  readonly looked: ReadonlySet<string>;
  readonly expected: ReadonlySet<string>;
  /** Checks that found nothing. */
  readonly passed: number;
  readonly findings: readonly Finding[];
  /** Kind and component of the object in a file, such as StatefulSet/database. */
  readonly part: (file: string) => string;
}

/** Findings that stay, and why. */
export interface Accepted {
  readonly scanner: string;
  readonly check: string;
  /** Kind and component of the objects. @default all */
  readonly parts?: readonly string[] | undefined;
  /** @default all */
  readonly stacks?: readonly string[] | undefined;
  readonly reason: string;
}

export interface Verdict {
  /** Findings that nobody accepted. */
  readonly unaccepted: readonly string[];
  /** What is accepted and does not occur: mended, or never there. */
  readonly stale: readonly string[];
  /** What scanners did not look at: their silence about it means nothing. */
  readonly unseen: readonly string[];
}

export function judge(reports: readonly Report[], accepted: readonly Accepted[]): Verdict {
  return {
    unaccepted: reports
      .flatMap((report) =>
        unacceptedOf(report, accepted).map(
          ({ check, file, message }) => `${report.stack}  ${report.scanner} ${check}  ${report.part(file)}  ${message}`,
        ),
      )
      .sort(),
    stale: accepted.flatMap((entry) => staleOf(entry, reports)),
    unseen: reports.flatMap(unseenOf),
  };
}

/** The findings of a report that no entry speaks of. */
export function unacceptedOf(report: Report, accepted: readonly Accepted[]): readonly Finding[] {
  return report.findings.filter((finding) => !accepted.some((entry) => covers(entry, report, finding)));
}

function covers(entry: Accepted, report: Report, finding: Finding): boolean {
  return (
    entry.scanner === report.scanner &&
    entry.check === finding.check &&
    (entry.parts === undefined || entry.parts.includes(report.part(finding.file))) &&
    (entry.stacks === undefined || entry.stacks.includes(report.stack))
  );
}

/** Every part and stack that an entry names has to occur: what it says of the others would be believed as well. */
function staleOf(entry: Accepted, reports: readonly Report[]): readonly string[] {
  const { scanner, check, parts = [], stacks = [] } = entry;
  const occurs = (narrower: Partial<Accepted>) =>
    reports.some((report) => report.findings.some((finding) => covers({ ...entry, ...narrower }, report, finding)));
  if (!occurs({})) return [`${scanner} ${check}`];
  return [
    ...parts.filter((part) => !occurs({ parts: [part] })).map((part) => `${scanner} ${check}  ${part}`),
    ...stacks.filter((stack) => !occurs({ stacks: [stack] })).map((stack) => `${scanner} ${check}  stack ${stack}`),
  ];
}

function unseenOf({ stack, scanner, looked, expected }: Report): readonly string[] {
  if (expected.size === 0) return [`${stack}  ${scanner}  there was no object to look at`];
  return [...expected].filter((file) => !looked.has(file)).map((file) => `${stack}  ${scanner}  ${file}`);
}
