/** CKAN's job queues. */

/** Queue of every job that names none. XLoader looks for duplicates and retries there. */
export const defaultQueue = "default";

/**
 * Key of the Redis list with the waiting jobs of a queue. CKAN puts the site into the name (ckan.lib.jobs.add_queue_name_prefix),
 * and RQ puts its own prefix before that (rq.Queue.redis_queue_namespace_prefix). Running jobs are not in the list.
 */
export function queueList(siteId: string, queue: string): string {
  return `rq:queue:ckan:${siteId}:${queue}`;
}
