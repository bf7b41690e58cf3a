/** Names of databases and roles, unique per instance so that many instances can share one server. */

export interface DatabaseNames {
  /** Main database, and the role that owns it and the datastore. */
  readonly main: string;
  /** Database that XLoader loads into. */
  readonly datastore: string;
  /** Read-only role of the datastore. */
  readonly datastoreReader: string;
}

/**
 * The prefix comes first, so that no two instances can produce the same name. `_` instead of `-`, which would need quotes in every SQL
 * statement typed by hand; instance names contain no `_`.
 */
export function databaseNames(instance: string): DatabaseNames {
  const name = instance.replaceAll("-", "_");
  return { main: `ckan_${name}`, datastore: `datastore_${name}`, datastoreReader: `reader_${name}` };
}
