/** Details of the changes: one folded block per part of each site, with old and new values. */
import { Operation } from "./changes.ts";
import { propertyLines } from "./markdown-properties.ts";
import { code, count, fenced, folded, operationWords, plain, table } from "./markdown-text.ts";
import type { ReportedChange, StackReport } from "./report.ts";

export interface Details {
  readonly title: string;
  readonly text: string;
}

export function detailsOf(stack: StackReport): readonly Details[] {
  const whole = stack.changes.filter(({ site }) => site !== "kept");
  const labels = stack.changes.filter((change) => change.site === "kept" && isLabelsOnly(change));
  const rest = stack.changes.filter((change) => change.site === "kept" && !isLabelsOnly(change));
  return [
    ...groups(whole, ({ instance }) => instance ?? "").map(wholeSite),
    ...groups(rest, ({ instance, part }) => `${instance}\n${part}`).map(onePart),
    ...(labels.length > 0 ? [labelsOnly(labels)] : []),
    ...exceptions(stack),
    ...(stack.diagnostics.length > 0 ? [warnings(stack.diagnostics)] : []),
  ];
}

/** In order of first occurrence. */
function groups(
  changes: readonly ReportedChange[],
  key: (change: ReportedChange) => string,
): readonly (readonly ReportedChange[])[] {
  const found = new Map<string, ReportedChange[]>();
  for (const change of changes) {
    const group = found.get(key(change));
    if (group === undefined) found.set(key(change), [change]);
    else group.push(change);
  }
  return [...found.values()];
}

function wholeSite(changes: readonly ReportedChange[]): Details {
  const [first] = changes;
  const what = first?.site === "new" ? "a new site" : "the site goes";
  const title = `${first?.instance ?? ""}: ${what}, ${count(changes.length, "object")}`;
  const rows = groups(changes, ({ part }) => part).map((group) => [
    plain(group[0]?.part ?? ""),
    group.map(({ kind, name }) => code(`${kind} ${name}`)).join(", "),
  ]);
  return { title, text: folded(plain(title), table(["part", "objects"], rows)) };
}

function onePart(changes: readonly ReportedChange[]): Details {
  const [first] = changes;
  const where = [...(first?.instance === undefined ? [] : [first.instance]), first?.part ?? ""].join(", ");
  const numbers = Object.values(Operation)
    .map((operation) => [operation, changes.filter((change) => change.operation === operation).length] as const)
    .filter(([, number]) => number > 0)
    .map(([operation, number]) => `${number} ${operationWords[operation]}`);
  const title = `${where}: ${numbers.join(", ")}`;
  return { title, text: folded(plain(title), changes.map(oneChange).join("\n\n")) };
}

function oneChange(change: ReportedChange): string {
  const { operation, kind, name, properties, reasons, follows } = change;
  const because = reasons.length > 0 && !isRunAgain(change) ? `, because of ${reasons.map(code).join(", ")}` : "";
  const what = isRunAgain(change) ? "runs again" : operationWords[operation];
  const moves = follows.length > 0 ? [`- moves to the new ${follows.map(code).join(", ")}`] : [];
  // For example a Secret whose name shows that its content changed.
  const unseen =
    operation === Operation.Updated && properties.length + follows.length === 0
      ? ["- its content changes, which is secret"]
      : [];
  return [`**${what}** ${code(`${kind} ${name}`)}${because}`, ...propertyLines(properties), ...moves, ...unseen].join(
    "\n",
  );
}

/** A Job cannot change: it is replaced, which runs it again. */
function isRunAgain({ kind, operation }: ReportedChange): boolean {
  return kind === "Job" && operation === Operation.Replaced;
}

/** Labels of the object itself have no effect on pods; those of its pod template do. */
function isLabelsOnly({ operation, properties, follows }: ReportedChange): boolean {
  return (
    operation === Operation.Updated &&
    follows.length === 0 &&
    properties.length > 0 &&
    properties.every(({ path }) => /^metadata\.(?:labels|annotations)\b/.test(path))
  );
}

function labelsOnly(changes: readonly ReportedChange[]): Details {
  const title = `labels only: ${count(changes.length, "object")}`;
  const values = new Set(changes.flatMap(({ properties }) => propertyLines(properties)));
  const names = changes.map(({ kind, name }) => code(`${kind} ${name}`)).join(", ");
  return { title, text: folded(plain(title), `${[...values].join("\n")}\n\n${names}`) };
}

function exceptions({ exceptions: list }: StackReport): readonly Details[] {
  if (list.length === 0) return [];
  const title = `exceptions from policies: ${list.length}`;
  const until = (expires: string, expired?: boolean) => (expired === true ? `**expired** ${expires}` : expires);
  const rows = list.map(({ rule, resource, reason, expires, expired }) => [
    code(rule),
    code(resource),
    plain(reason),
    until(expires, expired),
  ]);
  const text = table(["rule", "object", "reason", "until"], rows);
  // Not folded: the reviewer is responsible for them.
  return [{ title, text: `**Exceptions from policies**\n\n${text}` }];
}

function warnings(diagnostics: readonly string[]): Details {
  const title = `warnings: ${diagnostics.length}`;
  return { title, text: folded(plain(title), fenced(diagnostics.join("\n\n"))) };
}
