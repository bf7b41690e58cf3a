/** CKAN's job queues. */

/** Queue of every job that names none. XLoader looks for duplicates there, and retries. */
export const defaultQueue = "default";

/**
 * Key of the list in Redis that holds the waiting jobs of a queue: CKAN puts its site into the name (ckan.lib.jobs.add_queue_name_prefix),
 * RQ its own prefix before that (rq.Queue.redis_queue_namespace_prefix). A job that runs is no longer in it.
 */
export function queueList(siteId: string, queue: string): string {
  return `rq:queue:ckan:${siteId}:${queue}`;
}
