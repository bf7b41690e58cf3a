/** Machines of Cloud SQL for PostgreSQL: which there are in each edition, and how many connections each has memory for. */

export const CloudSqlEdition = { Enterprise: "ENTERPRISE", EnterprisePlus: "ENTERPRISE_PLUS" } as const;
export type CloudSqlEdition = (typeof CloudSqlEdition)[keyof typeof CloudSqlEdition];

/** What to write, by edition. N4 and C4A are left out: their disks are not those that are declared here (Hyperdisk). */
export const expectedMachine: Readonly<Record<CloudSqlEdition, string>> = {
  ENTERPRISE:
    "expected a machine of ENTERPRISE such as db-custom-2-7680: 1 processor or an even number up to 96, and megabytes of memory in " +
    "steps of 256, at least 3840 and for each processor 922 to 6656; or db-g1-small, db-f1-micro",
  ENTERPRISE_PLUS:
    "expected a machine of ENTERPRISE_PLUS: db-perf-optimized-N- and 2, 4, 8, 16, 32, 48, 64, 80, 96 or 128",
};

/** Megabytes of machines whose names do not say it. https://cloud.google.com/sql/docs/postgres/machine-series-overview */
const shared: Readonly<Record<string, number>> = { "db-f1-micro": 614, "db-g1-small": 1740 };
const gigabytesOfN2: Readonly<Record<string, number>> = {
  ...Object.fromEntries([2, 4, 8, 16, 32, 48, 64, 80, 96].map((processors) => [processors, processors * 8])),
  128: 864,
};

/** Megabytes of memory, or undefined where the edition has no such machine: Google says so only when the server is made. */
export function machineMemory(edition: CloudSqlEdition, tier: string): number | undefined {
  switch (edition) {
    case CloudSqlEdition.Enterprise:
      return shared[tier] ?? customMemory(tier);
    case CloudSqlEdition.EnterprisePlus: {
      const gigabytes = gigabytesOfN2[/^db-perf-optimized-N-(\d+)$/.exec(tier)?.[1] ?? ""];
      return gigabytes === undefined ? undefined : gigabytes * 1024;
    }
  }
}

/** 0.9 to 6.5 GB for a processor, 3.75 GB at least. https://cloud.google.com/sql/docs/postgres/create-instance#machine-types */
function customMemory(tier: string): number | undefined {
  const [, processors = 0, memory = 0] = (/^db-custom-([1-9]\d*)-([1-9]\d*)$/.exec(tier) ?? []).map(Number);
  const counted = processors === 1 || (processors % 2 === 0 && processors >= 2 && processors <= 96);
  const perProcessor = memory / 1024 / processors;
  const sized = memory % 256 === 0 && memory >= 3840 && perProcessor >= 0.9 && perProcessor <= 6.5;
  return counted && sized ? memory : undefined;
}

/** Google's max_connections from so many gigabytes on. https://cloud.google.com/sql/docs/postgres/flags#postgres-m */
const defaults = [
  [120, 1000],
  [60, 800],
  [30, 600],
  [15, 500],
  [7.5, 400],
  [6, 200],
  [3.75, 100],
  [1.5, 50],
  [0, 25],
] as const;

/** What a server takes of which nothing is said. */
export function defaultConnections(memory: number): number {
  return defaults.find(([gigabytes]) => memory >= gigabytes * 1024)?.[1] ?? 25;
}

/**
 * What it has memory for: 10 MB a connection. Google gives no number, and refuses what is far off ("Value requested is not valid",
 * google/exposure-notifications-server#746); Amazon's default for the same server is one for each 9.5 MB.
 */
export function mostConnections(memory: number): number {
  return Math.max(defaultConnections(memory), Math.floor(memory / 10));
}

/** Sessions of Google's own administrator, `cloudsqladmin`: its agents look after the server all the time. */
export const googlesConnections = 6;

/**
 * The max_connections that has to be asked for; undefined where Google's own is enough. In Google's steps, because each change
 * restarts the server, and one more web pod should not.
 */
export function askedConnections(memory: number, needed: number): number | undefined {
  if (needed <= defaultConnections(memory)) return undefined;
  const step = defaults.findLast(([, connections]) => connections >= needed)?.[1] ?? Math.ceil(needed / 100) * 100;
  return Math.min(step, mostConnections(memory));
}
