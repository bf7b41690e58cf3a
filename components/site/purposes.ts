/**
 * All credentials of an instance. Each is derived from the stack's root secret under its own purpose, and rotated by raising
 * the generation of that purpose.
 */
export const Purpose = {
  /** Superuser of the in-cluster database server. */
  DatabaseAdministrator: "database-administrator",
  /** The role that CKAN uses: owner of the main and the datastore database. */
  Database: "database",
  /** The role that may only read the datastore. */
  DatastoreReader: "datastore-reader",
  /** Redis. */
  Queue: "queue",
  /** Root user of the in-cluster object store. */
  FilesAdministrator: "files-administrator",
  /** Access key of the bucket. */
  Files: "files",
  /** SECRET_KEY and the CSRF key: rotating it ends all sessions. */
  Session: "session",
  /** Signing key of all API tokens: rotating it revokes them all. */
  ApiTokens: "api-tokens",
  /** The one API token that XLoader uses. */
  XLoader: "xloader",
  /** The one API token that DataPusher uses. */
  DataPusher: "datapusher",
  /** Password of the sysadmin. */
  Administrator: "administrator",
} as const;

export type Purpose = (typeof Purpose)[keyof typeof Purpose];
