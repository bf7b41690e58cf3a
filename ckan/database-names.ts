/** Names of databases and roles, made so that many instances share one server without meeting. */

export interface DatabaseNames {
  /** Main database and the role that owns it and the datastore. */
  readonly main: string;
  /** Database that XLoader loads into. */
  readonly datastore: string;
  /** Role that may only read the datastore. */
  readonly datastoreReader: string;
}

/** `-` would have to be quoted in every statement that a person types; instance names have no `_`, so nothing can collide. */
export function databaseNames(instance: string): DatabaseNames {
  const main = instance.replaceAll("-", "_");
  return { main, datastore: `${main}_datastore`, datastoreReader: `${main}_datastore_reader` };
}
