/** How many connections to PostgreSQL a site opens at most. */

/**
 * Connections of a web process, which answers one request at a time: one each to the main database and to the datastore as writer
 * and as reader, and one more for a plugin that opens a second session (SQLAlchemy gives it another connection of the pool).
 */
const webProcess = 4;

/** Connections of a worker: its own, and those of the process that it forks for each job. */
const worker = 8;

/** Connections of the bootstrap, load recovery and people, and those that PostgreSQL reserves for superusers. */
const others = 16;

export interface Clients {
  /** Most web pods at a time, including the extra one of a rollout. */
  readonly webPods: number;
  readonly processes: number;
  /** Most workers at a time, including the extra one of each group's rollout. */
  readonly workers: number;
}

export function databaseConnections({ webPods, processes, workers }: Clients): number {
  return webPods * processes * webProcess + workers * worker + others;
}
