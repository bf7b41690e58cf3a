/** Which stacks a change affects, by the changed files. */

export interface Stack {
  readonly name: string;
  /** Its cluster is on each developer's own machine, where no pipeline reaches it. */
  readonly local: boolean;
}

/** Reason by stack; every stack is in one of the two maps. */
export interface Affected {
  readonly touched: Readonly<Record<string, string>>;
  readonly skipped: Readonly<Record<string, string>>;
}

/** Files that no stack depends on. Everything else affects all stacks, so that a new folder is previewed until it is listed here. */
const partOfNoStack: readonly RegExp[] = [
  /^(?:bench|consumer|docs|examples|images|pipelines|render|review|scan|test)\//,
  /^\.(?:ci|github|gitlab)\//,
  /^(?:\.gitlab-ci\.yml|Jenkinsfile|LICENSE|biome\.json|vitest\.config\.ts|\.gitignore)$/,
  /\.md$/,
];

const stackFile = /^Pulumi\.(.+)\.yaml$/;

export const Reason = {
  Local: "its cluster is on each developer's own machine",
  Untouched: "nothing in this change is part of it",
  Deleted: "its file is deleted; what it declared stays until somebody runs pulumi destroy",
} as const;

/** The stack that a stack file's name belongs to. */
export function stackOf(path: string): string | undefined {
  return stackFile.exec(path)?.[1];
}

/** @param changed paths from the root of the repository; undefined when unknown: then all stacks are affected */
export function affected(changed: readonly string[] | undefined, stacks: readonly Stack[]): Affected {
  const touched: Record<string, string> = {};
  const skipped: Record<string, string> = {};
  for (const { name, local } of stacks) {
    const cause = causeFor(changed, name);
    if (local) skipped[name] = Reason.Local;
    else if (cause === undefined) skipped[name] = Reason.Untouched;
    else touched[name] = cause;
  }
  const names = stacks.map(({ name }) => name);
  for (const path of changed ?? []) {
    const stack = stackOf(path);
    if (stack !== undefined && !names.includes(stack)) skipped[stack] = Reason.Deleted;
  }
  return { touched: sorted(touched), skipped: sorted(skipped) };
}

/** Why a stack is affected; undefined when it is not. */
function causeFor(changed: readonly string[] | undefined, stack: string): string | undefined {
  if (changed === undefined) return "what changed is not known";
  const causes = changed.filter((path) => touches(path, stack)).toSorted();
  const [first] = causes;
  if (first === undefined) return undefined;
  return causes.length === 1 ? first : `${first} and ${causes.length - 1} more`;
}

function touches(path: string, stack: string): boolean {
  const own = stackOf(path);
  return own === undefined ? !partOfNoStack.some((pattern) => pattern.test(path)) : own === stack;
}

function sorted(reasons: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(reasons).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** Lines for people. */
export function affectedLines({ touched, skipped }: Affected): readonly string[] {
  return [
    ...Object.entries(touched).map(([stack, reason]) => `${stack}: touched by ${reason}`),
    ...Object.entries(skipped).map(([stack, reason]) => `${stack}: skipped, ${reason}`),
  ];
}

/** Lines for a workflow's output file. */
export function githubOutputs({ touched }: Affected): readonly string[] {
  const stacks = Object.keys(touched);
  return [`stacks=${JSON.stringify(stacks)}`, ...stacks.map((stack) => `${stack}=true`)];
}
