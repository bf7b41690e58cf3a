/** Risks of a change: a closed set of classes, gravest first. docs/review.md says what each requires of a reviewer. */

export const RiskClass = {
  /** Data are deleted or cannot be kept: what holds them is deleted, replaced or made smaller. */
  DataLoss: "data-loss",
  /** Data stay where they are, but leave the stack, while the site goes on without them. */
  DataDetached: "data-detached",
  /** The protection of data gets weaker: protection, retention, backups, versions. */
  Protection: "protection",
  /** Something that serves stops, restarts or is gone for a while. */
  Interruption: "interruption",
  /** The format of data changes, so that going back needs a restore: another version of CKAN, PostgreSQL or Solr, other plugins. */
  Migration: "migration",
  /** A password, key or token is created, changed or revoked. */
  Credentials: "credentials",
  /** Somebody or something gets more permissions. */
  Permissions: "permissions",
  /** How the site is reached and filtered: names, routes, rules. */
  Exposure: "exposure",
  /** Pods run another image. */
  Image: "image",
} as const;
export type RiskClass = (typeof RiskClass)[keyof typeof RiskClass];

/** Gravest first. */
export const riskClasses: readonly RiskClass[] = Object.values(RiskClass);

/** A rule's finding about one change. */
export interface Risk {
  readonly class: RiskClass;
  /** A sentence without the object's name, so that the same finding about several objects is one line. */
  readonly text: string;
}

/** One line of the report, for one or several objects. */
export interface Finding extends Risk {
  readonly instance: string | undefined;
  readonly part: string;
  /** Kinds and names of the objects. */
  readonly resources: readonly string[];
}
