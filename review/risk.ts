/** What a change puts at risk: a closed set of classes, the gravest first. docs/review.md says what each asks of a reviewer. */

export const RiskClass = {
  /** Data are deleted, or cannot be kept: what holds them is deleted, replaced or made smaller. */
  DataLoss: "data-loss",
  /** Data stay where they are, but the stack lets go of them: what holds them leaves it, and the site goes on without. */
  DataDetached: "data-detached",
  /** What saves data from a mistake gets weaker: protection, retention, backups, versions. */
  Protection: "protection",
  /** Something that serves stops, begins anew or is gone for a while. */
  Interruption: "interruption",
  /** Data change their form, and the way back is a restore: another version of CKAN, PostgreSQL or Solr, other plugins. */
  Migration: "migration",
  /** A password, key or token is made, becomes another or ends. */
  Credentials: "credentials",
  /** Somebody or something may do more than before. */
  Permissions: "permissions",
  /** How the site is found and reached, and what is let through: names, routes, rules. */
  Exposure: "exposure",
  /** Pods run other software. */
  Image: "image",
} as const;
export type RiskClass = (typeof RiskClass)[keyof typeof RiskClass];

/** Gravest first. */
export const riskClasses: readonly RiskClass[] = Object.values(RiskClass);

/** What one rule says of one change. */
export interface Risk {
  readonly class: RiskClass;
  /** A sentence without a name of its object, so that the same finding of several objects is one line. */
  readonly text: string;
}

/** One line of the report. */
export interface Finding extends Risk {
  readonly instance: string | undefined;
  readonly part: string;
  /** Kinds and names of the objects. */
  readonly resources: readonly string[];
}
