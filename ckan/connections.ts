/** How many connections to PostgreSQL a site opens at most. */

/**
 * Of a web process: the main database, and the datastore as writer and as reader, one each, because a process answers one request
 * at a time; and one more where a plugin opens a second session (SQLAlchemy gives it another connection of the pool).
 */
const webProcess = 4;

/** Of a worker: its own, and those of the process that it forks for each job. */
const worker = 8;

/** The bootstrap, what recovers lost loads, people, and what PostgreSQL keeps for its administrator. */
const others = 16;

export interface Clients {
  /** Most web pods at a time, the further one of a rollout included. */
  readonly webPods: number;
  readonly processes: number;
  /** Most workers at a time, in the same way. */
  readonly workers: number;
}

export function databaseConnections({ webPods, processes, workers }: Clients): number {
  return webPods * processes * webProcess + workers * worker + others;
}
