/** Findings of the scanners, and what is left of them without the accepted ones. */

/** One finding of a scanner. */
export interface Finding {
  /** The scanner's name for the check. */
  readonly check: string;
  /** File of the object. */
  readonly file: string;
  readonly message: string;
}

/** Results of one scanner for one stack. */
export interface Report {
  readonly stack: string;
  readonly scanner: string;
  /** Files that the scanner checked, and files that it had to check. */
  readonly looked: ReadonlySet<string>;
  readonly expected: ReadonlySet<string>;
  /** Number of checks without findings. */
  readonly passed: number;
  readonly findings: readonly Finding[];
  /** Kind and component of the object in a file, such as StatefulSet/database. */
  readonly part: (file: string) => string;
}

/** Findings that are accepted, and why. */
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
  /** Accepted findings that do not occur: fixed, or never there. */
  readonly stale: readonly string[];
  /** Files that scanners did not check: no finding means nothing there. */
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

/** Findings of a report that no entry accepts. */
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

/** Every part and stack in an entry must occur: otherwise the entry claims something that is not true. */
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
