/** CKAN's job queues. */

/** Queue of every job that names none. XLoader looks for duplicates there, and retries. */
export const defaultQueue = "default";
