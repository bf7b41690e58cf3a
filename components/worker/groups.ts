/** Names of groups of workers. */

/** The group that every site has. Its objects are called as if it were the only one. */
export const defaultGroup = "default";

/** What follows the name of the instance in the names of a group's objects, and its component in labels. */
export function workerRole(group: string): string {
  return group === defaultGroup ? "worker" : `worker-${group}`;
}
