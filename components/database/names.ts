/** Names of databases and roles, made so that many instances share one server without meeting. */

export interface DatabaseNames {
  /** Main database and the role that owns it and the datastore. */
  readonly main: string;
  /** Database that XLoader loads into. */
  readonly datastore: string;
  /** Role that may only read the datastore. */
  readonly datastoreReader: string;
}

/**
 * The kind stands in front, so that no instance's name can make one out of another's. `-` would have to be quoted in every
 * statement that a person types; instance names have no `_`.
 */
export function databaseNames(instance: string): DatabaseNames {
  const name = instance.replaceAll("-", "_");
  return { main: `ckan_${name}`, datastore: `datastore_${name}`, datastoreReader: `reader_${name}` };
}
