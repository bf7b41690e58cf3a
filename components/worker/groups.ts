/** Names of groups of workers. */

/** The group that every site has. Its name does not appear in the names of its objects. */
export const defaultGroup = "default";

/** Role of a group: the suffix of its objects' names, and the component in their labels. */
export function workerRole(group: string): string {
  return group === defaultGroup ? "worker" : `worker-${group}`;
}
