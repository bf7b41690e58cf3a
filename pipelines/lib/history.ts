/** Which commit a stack was last brought up from, as Pulumi itself noted it. */

interface Update {
  readonly kind?: string;
  readonly result?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export type Deployed =
  | { readonly kind: "commit"; readonly commit: string }
  | { readonly kind: "never" }
  /** From a clone with changes of its own, or without git. */
  | { readonly kind: "unknown" };

/** @param history what `pulumi stack history --json` prints, the newest first */
export function deployedCommit(history: string): Deployed {
  const last = (JSON.parse(history) as readonly Update[]).find(
    ({ kind, result }) => kind === "update" && result === "succeeded",
  );
  if (last === undefined) return { kind: "never" };
  const { "git.head": commit = "", "git.dirty": dirty } = last.environment ?? {};
  return /^[0-9a-f]{40}$/.test(commit) && dirty !== "true" ? { kind: "commit", commit } : { kind: "unknown" };
}
