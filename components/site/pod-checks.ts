/** Checks the settings of an instance's pods against the parts that it runs. */

import type { Mistake } from "../../config/mistakes.ts";
import { workerRole } from "../worker/groups.ts";
import type { StackSettings } from "./settings.ts";

/** The parts of an instance that run in pods of its own, by the component in their labels. */
export function podParts({
  ckan,
  database,
  search,
  queue,
  files,
  workers,
  datapusher,
}: StackSettings): readonly string[] {
  const behindProxy = database.kind === "cloud-sql" && database.connection.kind === "auth-proxy";
  const parts: readonly (readonly [part: string, runs: boolean])[] = [
    ["web", true],
    ...Object.keys(workers).map((group) => [workerRole(group), true] as const),
    ["bootstrap", true],
    ["recovery", ckan.plugins.includes("xloader")],
    ["datapusher", datapusher !== undefined],
    ["database", database.kind === "in-cluster" || database.kind === "cloud-native-pg"],
    ["database-proxy", behindProxy],
    ["search", search.kind === "in-cluster"],
    ["queue", queue.kind === "in-cluster"],
    ["files", files.kind === "minio"],
    ["files-setup", files.kind === "minio"],
  ];
  return parts.filter(([, runs]) => runs).map(([part]) => part);
}

/** Settings of a part that does not run here would have no effect. */
export function podMistakes(instance: StackSettings, at: (key: string) => string): readonly Mistake[] {
  const known = podParts(instance);
  return Object.keys(instance.pods?.parts ?? {})
    .filter((part) => !known.includes(part))
    .map((part) => ({
      key: at(`pods.parts.${part}`),
      expected: `expected a part that runs in this site's pods: ${known.join(", ")}`,
    }));
}
