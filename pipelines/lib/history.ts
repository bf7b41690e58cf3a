/** The commit that a stack was last deployed from, as recorded by Pulumi. */

interface Update {
  readonly kind?: string;
  readonly result?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export type Deployed =
  | { readonly kind: "commit"; readonly commit: string }
  | { readonly kind: "never" }
  /** Deployed from a working tree with local changes, or without git. */
  | { readonly kind: "unknown" };

/** @param history output of `pulumi stack history --json`, newest first */
export function deployedCommit(history: string): Deployed {
  const last = (JSON.parse(history) as readonly Update[]).find(
    ({ kind, result }) => kind === "update" && result === "succeeded",
  );
  if (last === undefined) return { kind: "never" };
  const { "git.head": commit = "", "git.dirty": dirty } = last.environment ?? {};
  return /^[0-9a-f]{40}$/.test(commit) && dirty !== "true" ? { kind: "commit", commit } : { kind: "unknown" };
}
