/** Checks that the database server accepts as many connections as CKAN may open. */
import { databaseConnections } from "../../ckan/connections.ts";
import type { Mistake } from "../../config/mistakes.ts";
import type { StackSettings } from "../site/settings.ts";
import { googlesConnections, machineMemory, mostConnections } from "./cloud-sql-machines.ts";
import { databaseClients } from "./connections.ts";
import { postgresConnections } from "./settings.ts";

/** A server that is out of connections answers new pods with errors, at the busiest hour. */
export function connectionMistakes(instance: StackSettings, at: (key: string) => string): readonly Mistake[] {
  const limit = connectionLimit(instance.database);
  if (limit === undefined) return [];
  const clients = databaseClients(instance);
  const needed = databaseConnections(clients) + (limit.reserved ?? 0);
  if (needed <= limit.connections) return [];
  const { webPods, processes, workers } = clients;
  return [
    {
      key: at(limit.key),
      expected: `expected ${limit.expected ?? "at least"} ${needed}: ${webPods} web pods of ${processes} processes and ${workers} workers at a time open as many connections`,
      found: limit.found ?? limit.connections,
    },
  ];
}

interface Limit {
  readonly key: string;
  readonly connections: number;
  /** How many of them are reserved for others than the site. @default 0 */
  readonly reserved?: number;
  /** Words before the required number. @default at least */
  readonly expected?: string;
  /** Text of the value that was found. @default the number itself */
  readonly found?: string;
}

/** The server's connection limit and the key that sets it; undefined where it is unknown. */
function connectionLimit(database: StackSettings["database"]): Limit | undefined {
  switch (database.kind) {
    case "in-cluster":
      return { key: "database.maxConnections", connections: database.maxConnections };
    case "cloud-sql":
      return cloudSqlLimit(database);
    case "cloud-native-pg": {
      // The pooler queues more clients than the servers accept.
      if (database.pooler !== undefined) return undefined;
      const said = database.parameters["max_connections"] ?? postgresConnections;
      return { key: "database.parameters.max_connections", connections: Number(said) };
    }
    case "external":
      return database.maxConnections === undefined
        ? undefined
        : { key: "database.maxConnections", connections: database.maxConnections };
  }
}

/** The flag in the stack file. Without it the program requests as many as needed, within the machine's memory. */
function cloudSqlLimit({
  edition,
  tier,
  flags,
}: Extract<StackSettings["database"], { kind: "cloud-sql" }>): Limit | undefined {
  const asked = flags["max_connections"];
  const reserved = googlesConnections;
  if (asked !== undefined) return { key: "database.flags.max_connections", connections: Number(asked), reserved };
  const connections = mostConnections(machineMemory(edition, tier) ?? 0);
  return { key: "database.tier", connections, reserved, expected: "a machine with memory for", found: tier };
}
