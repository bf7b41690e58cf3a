/** Machine types of Cloud SQL for PostgreSQL: which exist in each edition, and how many connections fit their memory. */

export const CloudSqlEdition = { Enterprise: "ENTERPRISE", EnterprisePlus: "ENTERPRISE_PLUS" } as const;
export type CloudSqlEdition = (typeof CloudSqlEdition)[keyof typeof CloudSqlEdition];

/** Expected notation, by edition. N4 and C4A are not supported: they need Hyperdisk, which is not declared here. */
export const expectedMachine: Readonly<Record<CloudSqlEdition, string>> = {
  ENTERPRISE:
    "expected a machine of ENTERPRISE such as db-custom-2-7680: 1 processor or an even number up to 96, and megabytes of memory in " +
    "steps of 256, at least 3840 and for each processor 922 to 6656; or db-g1-small, db-f1-micro",
  ENTERPRISE_PLUS:
    "expected a machine of ENTERPRISE_PLUS: db-perf-optimized-N- and 2, 4, 8, 16, 32, 48, 64, 80, 96 or 128",
};

/**
 * Memory in megabytes of machine types whose names do not contain it. https://cloud.google.com/sql/docs/postgres/machine-series-overview
 */
const shared: Readonly<Record<string, number>> = { "db-f1-micro": 614, "db-g1-small": 1740 };
const gigabytesOfN2: Readonly<Record<string, number>> = {
  ...Object.fromEntries([2, 4, 8, 16, 32, 48, 64, 80, 96].map((processors) => [processors, processors * 8])),
  128: 864,
};

/** Memory in megabytes; undefined when the edition lacks the machine type, which Google reports only when it creates the server. */
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

/** 0.9 to 6.5 GB per CPU, at least 3.75 GB. https://cloud.google.com/sql/docs/postgres/create-instance#machine-types */
function customMemory(tier: string): number | undefined {
  const [, processors = 0, memory = 0] = (/^db-custom-([1-9]\d*)-([1-9]\d*)$/.exec(tier) ?? []).map(Number);
  const counted = processors === 1 || (processors % 2 === 0 && processors >= 2 && processors <= 96);
  const perProcessor = memory / 1024 / processors;
  const sized = memory % 256 === 0 && memory >= 3840 && perProcessor >= 0.9 && perProcessor <= 6.5;
  return counted && sized ? memory : undefined;
}

/** Google's default max_connections, by memory in gigabytes and above. https://cloud.google.com/sql/docs/postgres/flags#postgres-m */
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

/** Default max_connections of a server with this memory. */
export function defaultConnections(memory: number): number {
  return defaults.find(([gigabytes]) => memory >= gigabytes * 1024)?.[1] ?? 25;
}

/**
 * Most connections that fit the memory: 10 MB per connection. Google gives no number and refuses values far off ("Value requested is not
 * valid", google/exposure-notifications-server#746); Amazon's default for the same server is one per 9.5 MB.
 */
export function mostConnections(memory: number): number {
  return Math.max(defaultConnections(memory), Math.floor(memory / 10));
}

/** Sessions of Google's own administrator `cloudsqladmin`, whose agents monitor the server all the time. */
export const googlesConnections = 6;

/**
 * The max_connections to set; undefined where Google's default is enough. It rises in Google's steps: each change restarts the server,
 * and one more web pod should not.
 */
export function askedConnections(memory: number, needed: number): number | undefined {
  if (needed <= defaultConnections(memory)) return undefined;
  const step = defaults.findLast(([, connections]) => connections >= needed)?.[1] ?? Math.ceil(needed / 100) * 100;
  return Math.min(step, mostConnections(memory));
}
